// A process that is frozen does nothing more once that is said.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { waitUntil } from '../test/fixtures/wait-until.ts';
import { standStill } from './stand-still.ts';

/** More threads than processors, each of which writes all the time. */
const writing = `
  const { appendFileSync } = require('node:fs');
  const { workerData } = require('node:worker_threads');
  for (;;) appendFileSync(workerData, '.');
`;
const busy = `
  const { Worker } = require('node:worker_threads');
  const options = { eval: true, workerData: process.argv[1] };
  for (let i = 0; i < 4; i += 1) new Worker(${JSON.stringify(writing)}, options);
`;

test('a process that was frozen writes nothing more, and goes on when it is thawed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-still-'));
  const file = path.join(folder, 'written');
  const child = spawn(process.execPath, ['-e', busy, file], { stdio: 'ignore' });
  try {
    for (let round = 0; round < 10; round += 1) {
      const before = sizeOf(file);
      await waitUntil('it to write', () => sizeOf(file) > before + 1_000, { giveUpMs: 20_000 });
      assert.equal(standStill(child), true);
      const still = sizeOf(file);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(sizeOf(file), still);
      child.kill('SIGCONT');
    }
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
