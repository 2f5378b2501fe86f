// A second engine takes over from one that was killed or frozen in the middle of its writes; the frozen one
// wakes and writes on. Each record stands once, whoever wrote it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import type { EngineProcess } from '../../../test/fixtures/engine-process.ts';
import type { RunningEngine } from '../../../test/fixtures/link-plan.ts';
import { SteadyLoad } from '../../../test/fixtures/steady-load.ts';
import { TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';

const link = await TestLink.open(await sharedLab(), uniqueTopic('takeover'));
after(() => link[Symbol.asyncDispose]());
const heavy = { batchesPerSecond: 100, recordsPerBatchMax: 100 };

async function newTopic() {
  const topic = uniqueTopic('takeover');
  await link.createTopic(topic, { partitions: 3 });
  return [0, 1, 2].map((partition) => ({ topic, partition }));
}

/** Resolves when every partition has moved by some records from now on. */
async function goesOn(partitions: readonly { topic: string; partition: number }[]): Promise<void> {
  const ends = () => Promise.all(partitions.map((each) => link.endOf('target', each.topic, each.partition)));
  const before = await ends();
  await waitUntil('every partition to go on', async () =>
    (await ends()).every((end, index) => end > (before[index] ?? 0n) + 100n),
  );
}

const mirrorsAll = (process: EngineProcess) =>
  waitUntil(
    'the process to mirror',
    () => process.report?.partitions.every(({ state, records }) => state === 'mirroring' && records !== '0'),
    { seen: () => [process.report, process.complaints] },
  );

const refusals = (engines: readonly (EngineProcess | RunningEngine)[]): number =>
  engines
    .flatMap((each) =>
      'engine' in each
        ? [...each.engine.partitions].map(({ counts }) => counts.fenceRefusals)
        : (each.report?.partitions ?? []).map(({ fenceRefusals }) => fenceRefusals),
    )
    .reduce((sum, count) => sum + count, 0);

test('killed in the middle of its writes: the next goes on, nothing twice, nothing missing', async () => {
  const partitions = await newTopic();
  await using load = new SteadyLoad(link.source, link.random, partitions, heavy);
  for (let round = 0; round < 4; round += 1) {
    await using process = link.startEngineProcess(partitions);
    await mirrorsAll(process);
    await goesOn(partitions);
    await process.kill();
  }
  await using last = link.startEngine(partitions);
  await goesOn(partitions);
  await load.stop();
  for (const each of partitions) await link.mustBeEqual(each);
  assert.equal(refusals([last]), 0);
});

test('frozen for less than it notices: both write on, and the fence lets each record in once', async () => {
  const partitions = await newTopic();
  await using load = new SteadyLoad(link.source, link.random, partitions, heavy);
  await using zombie = link.startEngineProcess(partitions);
  await mirrorsAll(zombie);
  await using successor = link.startEngine(partitions);
  for (let round = 0; round < 8; round += 1) {
    await goesOn(partitions);
    zombie.freeze();
    await goesOn(partitions);
    zombie.thaw();
  }
  await goesOn(partitions);
  await load.stop();
  for (const each of partitions) await link.mustBeEqual(each);
  await waitUntil('refusals of the fence', () => refusals([zombie, successor]) > 0);
});

test('frozen for longer than it notices: it looks at everything anew before it writes', async () => {
  const partitions = await newTopic();
  await using load = new SteadyLoad(link.source, link.random, partitions, heavy);
  await using zombie = link.startEngineProcess(partitions, { pauseMsMax: 500 });
  await mirrorsAll(zombie);
  zombie.freeze();
  await using successor = link.startEngine(partitions);
  await goesOn(partitions);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  zombie.thaw();
  await waitUntil('the pause to be noticed', () => (zombie.report?.pauses ?? 0) > 0);
  await goesOn(partitions);
  await load.stop();
  for (const each of partitions) await link.mustBeEqual(each);
  assert.equal(await zombie.stop(), 0, zombie.complaints);
  assert.equal(zombie.complaints, '');
  assert.ok([...successor.engine.partitions].every(({ state }) => state.name === 'mirroring'));
});
