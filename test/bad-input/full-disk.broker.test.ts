// A target whose disk is full: the partition says so while it waits, nothing is lost, and with room it goes
// on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { blocked, TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

const diskBytes = 96 * 1024 * 1024;
const folder = mkdtempSync(path.join(tmpdir(), 'causeway-small-disk-'));

function mount(): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    rmSync(folder, { recursive: true });
    return `a small disk cannot be mounted here: ${String((error as Error).message).trim()}`;
  }
}

const skip = mount() ?? false;

test('a target whose disk is full', { skip }, async () => {
  after(() => {
    execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
    rmSync(folder, { recursive: true });
  });
  await using lab = await startLab({
    regions: [{ name: 'eu-west' }, { name: 'us-east', dataFolder: folder }],
  });
  const ballast = path.join(folder, 'ballast');
  await writeFile(ballast, Buffer.alloc(diskBytes / 2));
  await using link = await TestLink.open(lab, 'full-disk');
  const at = { topic: 'fills-the-disk', partition: 0 };
  await link.createTopic(at.topic);
  const value = Buffer.alloc(900_000, 'x');
  const batch = encodeBatch([{ timestamp: 1_767_225_600_000n, key: undefined, value }]);
  await using running = link.startEngine([at]);
  for (let batches = 0; batches < 80; batches += 1) await link.writer.append(at.topic, 0, [batch]);

  // The broker takes its only disk out of service and ends: from then on nobody answers.
  await waitUntil('the broker to give up', () => lab.region('us-east').brokers[0]?.state === 'dead');
  const cause = await blocked(running.engine.find(at.topic, 0), 'CW-2023', 'CW-3001');
  // Its last answer or the address that nobody answers at any more, whichever is seen first.
  const who = `broker 1 answered KAFKA_STORAGE_ERROR|${lab.bootstrapServers('us-east')}`;
  assert.match(cause.message, new RegExp(who));
  await rm(ballast);
  await lab.faults.start('us-east');
  assert.equal(await link.mustBeEqual(at), 80n);
});
