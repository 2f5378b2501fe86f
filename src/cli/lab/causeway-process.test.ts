// A process of the lab is started again when it dies, and not when it was asked to stop.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { CausewayProcess } from './causeway-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-process-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function watched() {
  const clock = manualClock();
  const told: string[] = [];
  let onTold = () => undefined as void;
  const process = new CausewayProcess({
    region: 'us-east',
    name: 'us-east-1',
    // It ends at once with exit code 3: there is no such file.
    topology: join(folder, 'no-such.yaml'),
    folder,
    clock,
    onTrouble: (text) => {
      told.push(text);
      onTold();
    },
  });
  const trouble = () =>
    new Promise<void>((resolve) => {
      onTold = () => resolve();
    });
  return { clock, told, process, trouble };
}

test('a process that ends is told of and started again, until it is stopped', async () => {
  const { clock, told, process, trouble } = watched();
  const first = trouble();
  process.start();
  const firstPid = process.pid;
  await first;
  assert.match(told[0] ?? '', /us-east-1 ended with exit code 3 and is started again in 2 s; its log: /);
  assert.match(readFileSync(process.logFile, 'utf8'), /no-such\.yaml/);

  const second = trouble();
  clock.advance(2_000);
  assert.notEqual(process.pid, firstPid);
  await second;
  assert.equal(told.length, 2);

  await process.stop();
  const lastPid = process.pid;
  clock.advance(10_000);
  assert.equal(process.pid, lastPid, 'nothing is started after the stop');
});

test('a process that was asked to stop is no trouble', async () => {
  const { told, process } = watched();
  process.start();
  await process.stop();
  assert.deepEqual(told, []);
});
