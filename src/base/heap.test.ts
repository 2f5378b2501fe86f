// Where V8 makes new objects after it has seen many of them live long.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('heap-for-tests.ts', import.meta.url));

const triesMax = 30;

async function oldBytesPerObject(...args: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  return Number.parseInt(stdout, 10);
}

test('objects that are dropped at once stay out of the old generation', async () => {
  assert.equal(await oldBytesPerObject('young'), 0);
});

test('without being told, V8 makes them in the old generation, so telling it is still needed', async () => {
  // It learns this in nearly every run, and in fewer where processors are busy: whether it ever does is
  // asked.
  const tries: number[] = [];
  while (tries.length < triesMax && Math.max(0, ...tries) <= 50) tries.push(await oldBytesPerObject());
  assert.ok(Math.max(...tries) > 50, `bytes in the old generation per object: ${tries.join(', ')}`);
});
