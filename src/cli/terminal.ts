// The terminal, as a parameter: streams, environment, time and interruption come from here and nowhere else.
import type { Clock } from '../base/clock.ts';

export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface Terminal {
  /** Data only. */
  readonly stdout: TextSink;
  /** Progress, questions and errors. */
  readonly stderr: TextSink;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who runs the command, for the record of what was changed. */
  readonly actor: string;
  /** Of this process, for the default name of `serve`. */
  readonly processId: number;
  readonly clock: Clock;
  /** Aborted by the first SIGINT or SIGTERM; its reason is an `Interruption`. */
  readonly signal: AbortSignal;
}

/** Why a command was asked to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

  constructor(signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super(`interrupted by ${signalName}`);
    this.signalName = signalName;
  }
}
