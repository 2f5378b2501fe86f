// What a killed lab leaves behind is found and ended, and nobody else's process is.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { labMark, processesOfLab, processStart } from './process-table.ts';
import {
  clearLab,
  findRunningLab,
  holderLives,
  type LabState,
  readStates,
  writeState,
} from './state-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-state-'));
process.env['CAUSEWAY_LAB_STATE_FOLDER'] = join(folder, 'state');
after(() => rmSync(folder, { recursive: true, force: true }));

const stateOf = (id: string, more: Partial<LabState> = {}): LabState => ({
  id,
  kind: 'lab',
  pid: process.pid,
  processStart: processStart(process.pid),
  startedAtMs: 1,
  folder,
  dataFolders: [],
  ...more,
});

async function idleProcess(t: TestContext, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()', '--', ...args], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await new Promise((resolve) => child.once('spawn', resolve));
  return child;
}

const ended = (child: ChildProcess) =>
  new Promise<string | null>((resolve) => child.once('exit', (_, how) => resolve(how)));

test('a state is of a living lab only while the very process that wrote it lives', () => {
  assert.equal(holderLives(stateOf('own')), true);
  assert.equal(holderLives(stateOf('same-number-later-start', { processStart: '1' })), false);
  assert.equal(holderLives(stateOf('nobody', { pid: 2 ** 22 + 1 })), false);
});

test('clearing a lab ends its processes, deletes its data, and touches nobody else', async (t) => {
  const id = `clear-${process.pid}`;
  const data = join(folder, 'data');
  mkdirSync(data);
  const [own, stranger, resembling] = await Promise.all([
    idleProcess(t, labMark(id)),
    idleProcess(t),
    idleProcess(t, `${labMark(id)}0`),
  ]);
  const state = stateOf(id, { dataFolders: [data] });
  writeState(state);
  assert.deepEqual(readStates(), [state]);
  assert.deepEqual(processesOfLab(id), [own.pid]);
  const end = ended(own);
  assert.deepEqual(clearLab(state), [own.pid]);
  assert.equal(await end, 'SIGKILL');
  assert.deepEqual([readStates(), existsSync(data)], [[], false]);
  for (const other of [stranger, resembling]) {
    assert.ok(processStart(other.pid as number));
    const otherEnd = ended(other);
    other.stdin?.end();
    assert.equal(await otherEnd, null);
  }
});

test('of several states, commands talk to the oldest lab whose process lives', () => {
  const states = [
    stateOf('dead', { startedAtMs: 1, processStart: '1' }),
    stateOf('of-tests', { startedAtMs: 2, kind: 'test' }),
    stateOf('older', { startedAtMs: 3 }),
    stateOf('newer', { startedAtMs: 4 }),
  ];
  for (const state of states) writeState(state);
  assert.equal(findRunningLab()?.id, 'older');
  for (const state of states) clearLab(state);
  assert.equal(findRunningLab(), undefined);
});
