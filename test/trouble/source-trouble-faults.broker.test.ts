// Everything that can happen to a topic at the source really happens, on real brokers with the whole
// product between them. What the operator is told is held to docs/operating/source-trouble.md; what he is
// told to do is done, and both sides are the same again. With CAUSEWAY_WRITE_TROUBLE_PAGES=1 in the
// environment the page is written.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { judgeMirrors } from './judge.ts';
import { checkPage } from './page.ts';
import { recordsAtFirst, shapes, sourceTroubles, topicsOf } from './source-troubles.ts';
import { explained } from './told.ts';
import { TroubleWorld } from './trouble-world.ts';

const world = await TroubleWorld.start({ brokers: { 'eu-west': 3, 'us-east': 1 }, hasArchive: true });
after(() => world[Symbol.asyncDispose]());
const topics = topicsOf(sourceTroubles);
const told = new Map<string, string>();

test('before: everything is mirrored', async () => {
  for (const topic of topics) {
    await world.createTopic(topic, shapes[topic] ?? { brokers: [3] });
    await world.produce(topic, recordsAtFirst);
  }
  await world.mustCauseway('apply', '--yes');
  await world.serve('w1', ['controller', 'worker']);
  for (const topic of topics) await world.mirrored(topic);
});

test('it happens', async (t) => {
  for (const trouble of sourceTroubles) await t.test(trouble.title, () => trouble.make(world));
  await world.join();
});

for (const trouble of sourceTroubles) {
  test(`${trouble.title}: what the operator is told`, async () => {
    await world.reported(trouble.topic, trouble.state, trouble.code);
    told.set(trouble.title, await explained(world, trouble));
  });
}

for (const trouble of sourceTroubles) {
  test(`${trouble.title}: what he does`, async () => {
    for (const step of trouble.steps) await step.run(world);
    await trouble.check?.(world);
  });
}

test('afterwards both sides are the same again, and nothing is wrong', async () => {
  const mirrored = topics.filter((topic) => topic !== 'deleted');
  for (const topic of mirrored) await world.mirrored(topic);
  const records = await judgeMirrors(world, mirrored);
  assert.deepEqual(Object.fromEntries(records), {
    recreated: 50,
    twin: 200,
    wider: 200,
    settings: 200,
    truncated: 200,
    regrown: 600,
    overtaken: 100,
    'kept-filled': 100,
    'kept-trimmed': 50,
  });
  assert.match(await world.mustCauseway('verify', '--all'), /equal/);
  await world.mustCauseway('status', '--detailed-exitcode');
});

test('the page of the documentation holds what is said', () => {
  checkPage('source-trouble.md', sourceTroubles, told);
});
