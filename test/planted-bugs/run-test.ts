// Runs one test file in a process of its own, and tells what became of one of its tests.
import { spawn } from 'node:child_process';
import path from 'node:path';

/** `missing`: the run did not get as far as this test, so nothing is proven. */
export type TestVerdict = 'passed' | 'failed' | 'missing';

const reporter = new URL('./verdict-reporter.mjs', import.meta.url).href;

/** A bug may make a test wait for ever; then it has not turned red. */
const hangMs = 300_000;

/** The verdict on the test called `name`; no other one of the file runs. */
export function runNamedTest(root: string, file: string, name: string): Promise<TestVerdict> {
  return new Promise((resolve, reject) => {
    const pattern = `--test-name-pattern=^${escaped(name)}$`;
    const args = [`--test-reporter=${reporter}`, pattern, path.join(root, file)];
    const env = { ...process.env };
    // Set inside of a test file; with it, the run would report to its parent instead.
    delete env['NODE_TEST_CONTEXT'];
    // A group of its own: the test runs in a child of the runner, and both must end together.
    const child = spawn(process.execPath, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const end = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    const guard = setTimeout(end, hangMs);
    process.once('exit', end);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(guard);
      process.removeListener('exit', end);
      resolve(verdictOf(text, name));
    });
  });
}

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function verdictOf(text: string, name: string): TestVerdict {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const told = JSON.parse(line) as { readonly name: string; readonly passed: boolean };
    if (told.name === name) return told.passed ? 'passed' : 'failed';
  }
  return 'missing';
}
