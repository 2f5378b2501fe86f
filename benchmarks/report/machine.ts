// Where and with what a result was measured: without it a figure says nothing.
import { execFileSync } from 'node:child_process';
import { cpus, freemem, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Machine {
  readonly processors: number;
  readonly processorModel: string;
  readonly memoryBytes: number;
  readonly memoryFreeBytes: number;
  /** Processes that wanted to run in the minute before: more than processors, and figures say little. */
  readonly loadAverage: number;
  readonly kernel: string;
  readonly node: string;
  readonly java: string;
  readonly kafka: string;
  readonly commit: string;
  /** True where the tree had changes that are not committed. */
  readonly changed: boolean | undefined;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export function describeMachine(classpath: string): Machine {
  return {
    processors: Number(output('nproc', []) ?? cpus().length),
    processorModel: cpus()[0]?.model.trim() ?? '?',
    memoryBytes: totalmem(),
    memoryFreeBytes: freemem(),
    loadAverage: loadavg()[0] ?? 0,
    kernel: release(),
    node: process.version,
    java: /version "([^"]+)"/.exec(output('java', ['-version'], { stream: 'stderr' }) ?? '')?.[1] ?? '?',
    kafka: /kafka-clients-([\d.]+)\.jar/.exec(classpath)?.[1] ?? '?',
    ...commitOf(root),
  };
}

/** What stands in the checkout `folder`. */
export function commitOf(folder: string): Pick<Machine, 'commit' | 'changed'> {
  const changes = output('git', ['status', '--porcelain', '--untracked-files=no'], { folder });
  return {
    commit: output('git', ['rev-parse', 'HEAD'], { folder }) ?? '?',
    changed: changes === undefined ? undefined : changes !== '',
  };
}

/** What a program prints, or undefined where it is not there: a result without it is still a result. */
function output(
  command: string,
  args: readonly string[],
  { stream = 'stdout', folder = root }: { stream?: 'stdout' | 'stderr'; folder?: string } = {},
) {
  try {
    const shell = stream === 'stderr' ? ['-c', `${command} ${args.join(' ')} 2>&1`] : undefined;
    return execFileSync(shell ? 'sh' : command, shell ?? args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}
