// Everything that can happen to a copy at the target really happens, on real brokers with the whole product
// between them, three of them at the target. What the operator is told is held to
// docs/operating/target-trouble.md; what he is told to do is done, and both sides are the same again.
// CAUSEWAY_WRITE_TROUBLE_PAGES=1 writes the page.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { TopicShape } from '../../lab/region-admin.ts';
import { judgeMirrors } from './judge.ts';
import { checkPage } from './page.ts';
import { recordsAtFirst, targetSettings, targetTroubles } from './target-troubles.ts';
import { explained } from './told.ts';
import { targetRegion, TroubleWorld } from './trouble-world.ts';

const world = await TroubleWorld.start({ brokers: { 'eu-west': 1, 'us-east': 3 }, targetSettings });
after(() => world[Symbol.asyncDispose]());
const topics = targetTroubles.map(({ topic }) => topic);
const told = new Map<string, string>();

/** What is made before the controller would make it: empty topics are taken for copies. */
const madeAtTarget: Readonly<Record<string, TopicShape>> = {
  leaderless: { brokers: [1, 2], config: { 'min.insync.replicas': '1' } },
  moving: { brokers: [1, 2, 3] },
};
const atSource: Readonly<Record<string, TopicShape>> = {
  // One segment for good, which no cleaner touches: the dumps shall be the same.
  compacted: { config: { 'cleanup.policy': 'compact', 'segment.ms': String(3_650 * 86_400_000) } },
};

test('before: everything is mirrored', async () => {
  for (const topic of topics) {
    await world.createTopic(topic, atSource[topic]);
    if (madeAtTarget[topic] !== undefined) await world.createTopic(topic, madeAtTarget[topic], targetRegion);
    await world.produce(topic, recordsAtFirst);
  }
  await world.mustCauseway('apply', '--yes');
  await world.serve('controller', ['controller']);
  await world.serve('worker', ['worker']);
  for (const topic of topics) await world.mirrored(topic);
});

for (const trouble of targetTroubles) {
  test(`${trouble.title}: happens, is told, and is mended`, async () => {
    await trouble.make(world);
    await world.reported(trouble.topic, trouble.state, trouble.code);
    told.set(trouble.title, await explained(world, trouble));
    for (const step of trouble.steps) await step.run(world);
    await trouble.check?.(world);
    await world.mirrored(trouble.topic);
  });
}

test('afterwards both sides are the same again, and nothing is wrong', async () => {
  for (const topic of topics) await world.mirrored(topic);
  // That one was shifted for a while: `verify` takes it into account, the dumps must be the same.
  const identical = topics.filter((topic) => topic !== 'guarded' && topic !== 'moving');
  const records = await judgeMirrors(world, identical);
  assert.deepEqual(Object.fromEntries(records), {
    deleted: 210,
    leaderless: 400,
    resting: 400,
    compacted: 200,
  });
  assert.match(await world.mustCauseway('verify', '--all'), /equal/);
  await world.mustCauseway('status', '--detailed-exitcode');
});

test('the page of the documentation holds what is said', () => {
  checkPage('target-trouble.md', targetTroubles, told);
});
