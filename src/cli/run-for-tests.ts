// The command line as a shell sees it, for tests: a process with its exit code and both streams.
import { type ChildProcess, spawn } from 'node:child_process';
import { finished as streamEnd } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** With a channel to us, as `lab run` starts processes. */
  readonly withChannel?: boolean;
}

/** A command under way. */
export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What has come so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

const launcher = fileURLToPath(new URL('../../bin/causeway', import.meta.url));

export function startCausewayCommand(
  args: readonly string[],
  { cwd, env = {}, withChannel = false }: StartOptions,
): Started {
  // Nothing of the tests' own environment may steer the command.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(CAUSEWAY|FORCE_COLOR)/.test(name));
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: withChannel ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // Not `close`: it does not come once the channel was ended from our side.
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const read = [child.stdout, child.stderr].map((stream) =>
    stream === null ? undefined : streamEnd(stream),
  );
  const finished = Promise.all([exited, ...read]).then(([code]) => ({ code, stdout, stderr }));
  return { child, finished, stdout: () => stdout, stderr: () => stderr };
}

export function runCausewayCommand(args: readonly string[], options: StartOptions): Promise<Finished> {
  return startCausewayCommand(args, options).finished;
}
