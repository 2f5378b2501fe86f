// The shape in which commands are declared. A declaration is data: help, completion and the reference page
// are made from it, and the code of a command is loaded only when the command runs.
import type { ExitCode } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';

export interface OptionSpec {
  /** Commander's notation: `-t, --timeout <duration>`. */
  readonly flags: string;
  readonly help: string;
  /** The environment variable that stands in for the flag. */
  readonly env?: string;
  readonly byDefault?: string;
  readonly choices?: readonly string[];
  /** May be given several times; the values are collected. */
  readonly repeatable?: boolean;
}

export interface ArgumentSpec {
  /** `<set>` must be given, `[topic]` may be, `[name...]` may be repeated. */
  readonly name: string;
  readonly help: string;
}

export interface Example {
  readonly command: string;
  readonly why: string;
}

export interface CommandModule {
  /** True where the command itself reacts to an interruption; others are left at once. */
  readonly endsInOrder?: boolean;
  run(invocation: Invocation): Promise<ExitCode>;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** A leaf has `load`, a noun has `commands`. */
  readonly load?: () => Promise<CommandModule>;
  readonly commands?: readonly CommandSpec[];
}

export const example = (command: string, why: string): Example => ({ command, why });

/** For whatever changes something. */
export const changeOptions: readonly OptionSpec[] = [
  { flags: '-y, --yes', help: 'do not ask, do it' },
  { flags: '--reason <text>', help: 'why, for the record', env: 'CAUSEWAY_REASON' },
];

/** For changes whose effect can be waited for. */
export const waitOptions: readonly OptionSpec[] = [
  { flags: '--wait', help: 'return only when the effect is seen' },
  { flags: '--timeout <duration>', help: 'how long to wait', byDefault: '5m', env: 'CAUSEWAY_TIMEOUT' },
];

/** For whatever is about permissions. */
export const permissionRoleOption: OptionSpec = {
  flags: '--role <roles>',
  help: 'permissions of these only: controller, worker, commands, with commas between; else all',
  repeatable: true,
};
