// Processes that outlive a phase are found by their mark, wherever they moved to, and ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { endLeftovers, findMarked, runMarkName, startGroup, waitForEnd } from './processes.ts';

const isLinux = process.platform === 'linux';
const skip = isLinux ? false : 'only Linux shows the environment of processes';

/** A mark of this test alone: the run that it belongs to has another one. */
const markOf = (t: TestContext) => `${t.name.length}-${process.pid}`;

const endless = 'process.stdout.write("up\\n"); setInterval(() => undefined, 1000);';

test('a process in a session of its own is found and ended', { skip }, async (t) => {
  const mark = markOf(t);
  const env = { ...process.env, [runMarkName]: mark };
  const child = spawn(process.execPath, ['-e', endless], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  assert.deepEqual(
    findMarked(mark).map(({ pid }) => pid),
    [child.pid],
  );
  const left = await endLeftovers(mark, 0);
  assert.equal(left.length, 1);
  assert.match(left[0] ?? '', new RegExp(`^${child.pid} `));
  await ended;
  assert.deepEqual(findMarked(mark), []);
});

test('a process that ends by itself meanwhile is not reported', { skip }, async (t) => {
  const mark = markOf(t);
  const env = { ...process.env, [runMarkName]: mark };
  const program =
    'process.stdout.write("up\\n"); process.stdin.resume(); process.stdin.once("end", () => process.exit());';
  const child = spawn(process.execPath, ['-e', program], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const left = endLeftovers(mark, 60_000);
  child.stdin.end();
  assert.deepEqual(await left, []);
});

test('the end of a child is told with its exit code', async () => {
  const child = startGroup(process.execPath, ['-e', 'process.exitCode = 7'], process.env, process.cwd());
  assert.deepEqual(await waitForEnd(child, 1), { code: 7, hung: false });
});
