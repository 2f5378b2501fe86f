// The one lab that all broker tests share: started before the phase, ended after it, in a process of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface SharedLab {
  /** What the test files must find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

const endMsMax = 30_000;

/**
 * Starts `lab/rig-host.ts`, which prints one JSON line when its brokers are up and lives until its standard
 * input ends. `undefined` if the tree has no such program.
 */
export async function startSharedLab(root: string, env: NodeJS.ProcessEnv): Promise<SharedLab | undefined> {
  const program = path.join(root, 'lab', 'rig-host.ts');
  if (!existsSync(program)) return undefined;
  const child = spawn(process.execPath, [program], {
    cwd: root,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the shared lab did not start (exit code ${code})`)));
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
  return {
    env: { CAUSEWAY_TEST_LAB: line },
    async end() {
      child.stdin.end();
      const guard = setTimeout(() => child.kill('SIGKILL'), endMsMax);
      await ended;
      clearTimeout(guard);
    },
  };
}
