// The entry of the command line: builds the terminal from the process, runs the command that was asked for,
// and tells the shell how it went.
import { userInfo } from 'node:os';
import { CommanderError } from 'commander';
import { systemClock } from '../base/clock.ts';
import { type ExitCode, exitCode, exitCodeOf } from './exit-codes.ts';
import { failureText } from './output/failure.ts';
import { paintFor } from './output/style.ts';
import { buildProgram } from './program.ts';
import { invocationOf } from './settings.ts';
import { Interruption, type Terminal } from './terminal.ts';
import { programVersion } from './version.ts';

/** A repeated signal within this time is the same keystroke, passed on by a parent process. */
const sameKeystrokeMs = 1_000;

/** Runs the command in `process.argv` and ends the process with its exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  leaveQuietlyOnBrokenPipe(process);
  if (process.argv[2] === 'complete') return (await import('./complete.ts')).complete(process.argv.slice(4));
  const interruption = new AbortController();
  const terminal = terminalOf(process, interruption.signal);
  let endsInOrder = false;
  watchSignals(process, terminal, interruption, () => endsInOrder);
  let code: ExitCode = exitCode.fine;
  const program = buildProgram(async (spec, command, args) => {
    const invocation = invocationOf(terminal, spec, command, args);
    if (invocation.options['showOrigin'] === true) {
      code = await (await import('./show-origin.ts')).showOrigin(invocation);
      return;
    }
    const module = await spec.load?.();
    endsInOrder = module?.endsInOrder === true;
    code = (await module?.run(invocation)) ?? exitCode.failed;
  }, programVersion());
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    code = codeOfFailure(thrown, terminal, process.argv);
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(code);
}

/** Prints what went wrong, unless commander has done so already. */
function codeOfFailure(thrown: unknown, terminal: Terminal, argv: readonly string[]): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCode.fine : exitCode.usage;
  if (terminal.signal.aborted && isInterruption(thrown)) return exitCode.interrupted;
  const verbose = argv.includes('-v') || argv.includes('--verbose');
  terminal.stderr.write(failureText(thrown, paintFor(terminal.stderr, terminal.env), verbose));
  return exitCodeOf(thrown);
}

/** What was thrown because of a signal, and not while ending after it. */
function isInterruption(thrown: unknown): boolean {
  if (thrown instanceof Interruption) return true;
  if (!(thrown instanceof Error)) return false;
  return thrown.name === 'AbortError' || isInterruption(thrown.cause);
}

function terminalOf(process: NodeJS.Process, signal: AbortSignal): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    actor: actorName(process.env),
    processId: process.pid,
    clock: systemClock,
    signal,
  };
}

/** The first signal asks the command to end; one that does not react by itself is left at once. */
function watchSignals(
  process: NodeJS.Process,
  terminal: Terminal,
  interruption: AbortController,
  endsInOrder: () => boolean,
): void {
  let firstAtMs: number | undefined;
  const end = (name: Interruption['signalName']) => {
    const nowMs = terminal.clock.monotonicMs();
    if (firstAtMs !== undefined && nowMs - firstAtMs < sameKeystrokeMs) return;
    if (firstAtMs !== undefined || !endsInOrder()) process.exit(exitCode.interrupted);
    firstAtMs = nowMs;
    interruption.abort(new Interruption(name));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end(name));
  // Whoever started this process with a channel to it is gone, as a terminal that hangs up.
  process.on('disconnect', () => end('SIGHUP'));
}

/** `causeway … | head`: the reader has seen enough, and that is no error. */
function leaveQuietlyOnBrokenPipe(process: NodeJS.Process): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCode.fine);
      throw error;
    });
  }
}

const flushed = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });

/** The login name; a user without one (some containers) is shown by number. */
function actorName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? `uid ${String(globalThis.process.getuid?.() ?? '?')}`;
  }
}
