// `npm start`, from its first step to Ctrl-C: it mirrors, a killed process comes back, and nothing is left.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Finished, runCausewayCommand, type Started, startCausewayCommand } from './run-for-tests.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-lab-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const options = { cwd: folder, env: { CAUSEWAY_LAB_STATE_FOLDER: folder, CAUSEWAY_NO_INPUT: '1' } };
const run = (...words: string[]): Promise<Finished> => runCausewayCommand(words, options);

test('lab run mirrors live traffic until Ctrl-C, and leaves nothing', { timeout: 180_000 }, async (t) => {
  const lab = startCausewayCommand(['lab', 'run'], options);
  try {
    await said(lab, /Everything is mirroring/);
    const [pid = 0] = pidsIn(lab.stderr());
    const id = await labId();
    await t.test('status and verify find it by themselves', lookAround);
    await t.test('the link can be changed, and brokers be killed and healed', breakAndHeal);
    await t.test('a killed process is started again', () => killProcess(lab, pid));
    await t.test('Ctrl-C ends all of it', () => interrupt(lab, id));
  } finally {
    lab.child.kill('SIGKILL');
    await lab.finished;
  }
});

async function lookAround(): Promise<void> {
  const status = await run('status', '--detailed-exitcode');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.match(status.stdout, /mirroring/);
  const verified = await run('verify', '--all');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.match((await run('lab', 'status')).stdout, /Traffic: \d+ records\/s/);
}

async function breakAndHeal(): Promise<void> {
  const set = await run('lab', 'wan', 'set', 'eu-west', 'us-east', '--rtt', '20ms', '-o', 'json');
  assert.equal(set.code, 0, set.stderr);
  assert.equal((await run('lab', 'fault', 'kill', 'us-east')).code, 0);
  const dead = await run('status', '--detailed-exitcode');
  assert.equal(dead.code, 10, dead.stderr);
  assert.match(dead.stdout, /us-east ○ \? brokers/);
  assert.equal((await run('lab', 'fault', 'heal', 'us-east')).code, 0);
  assert.equal((await run('lab', 'fault', 'heal', 'us-west')).code, 2);
  const applied = await run('apply', '--yes', '--wait', '--timeout', '90s');
  assert.equal(applied.code, 0, applied.stderr);
}

async function killProcess(lab: Started, pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await said(lab, /was ended by SIGKILL and is started again/);
  const applied = await run('apply', '--yes', '--wait', '--timeout', '90s');
  assert.equal(applied.code, 0, applied.stderr);
  assert.equal((await run('lab', 'load', 'stop')).code, 0);
  assert.equal((await run('verify', '--all')).code, 0);
}

async function interrupt(lab: Started, id: string): Promise<void> {
  lab.child.kill('SIGINT');
  const { code, stderr } = await lab.finished;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Nothing is left running/);
  // Brokers carry the lab's id as an argument, Causeway processes in the path of their topology.
  const left = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  assert.deepEqual(
    left.filter((line) => line.includes(id)),
    [],
  );
  assert.equal((await run('lab', 'status')).code, 6);
}

async function labId(): Promise<string> {
  const { stdout } = await run('lab', 'status', '-o', 'json');
  return (JSON.parse(stdout) as { id: string }).id;
}

/** Of the Causeway processes, from the table that `lab run` prints. */
const pidsIn = (text: string): number[] =>
  [...text.matchAll(/^ {2}\S+-1 +(\d+) /gm)].map((found) => Number(found[1]));

function said(command: Started, text: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => text.test(command.stderr()) && resolve();
    command.child.stderr?.on('data', look);
    command.finished.then(
      ({ stderr }) => reject(new Error(`it ended before it said ${text}:\n${stderr}`)),
      reject,
    );
    look();
  });
}
