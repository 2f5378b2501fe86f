// The engine between two real clusters whose source compacts: what is left stands at its offsets, and fillers
// where the cleaner has been.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { alterTopic } from '../../../test/fixtures/odd-topics.ts';
import { CleanedSource } from '../../../test/fixtures/cleaned-source.ts';
import { seenOffsets } from '../../../test/fixtures/seen-offsets.ts';
import { TestLink } from '../../../test/fixtures/test-link.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('compacted'));
after(() => link[Symbol.asyncDispose]());
const [sourceServers, targetServers] = ['eu-west', 'us-east'].map((region) => lab.bootstrapServers(region));
assert.ok(sourceServers !== undefined && targetServers !== undefined);

test('what a cleaner has left stands at its offsets, and again after every start', {
  timeout: 240_000,
}, async () => {
  const source = await CleanedSource.create(link, sourceServers, 'cleaned');
  const at = { topic: source.topic, partition: 0, soft: 'from-start' } as const;
  await source.write(400, 40);
  await source.clean(200);
  await source.write(30, 7);
  {
    await using running = link.startEngine([at]);
    await link.mustAgree(at);
    const seen = await seenOffsets(sourceServers, source.topic);
    assert.deepEqual(await seenOffsets(targetServers, source.topic), seen);
    const partition = running.engine.find(source.topic, 0);
    assert.deepEqual([partition?.shift, partition?.counts.starts], [0n, 1]);
    assert.ok((partition?.counts.fillers ?? 0) >= 200, `${partition?.counts.fillers} fillers`);
  }
  // Ahead of the mirror again; what is mirrored already is cleaned, too.
  await source.write(200, 11);
  await source.clean(100);
  await using again = link.startEngine([at]);
  await link.mustAgree(at);
  assert.equal(again.engine.find(source.topic, 0)?.tail, 'equal');
});

test('two engines on one compacted partition leave it as its source', { timeout: 240_000 }, async () => {
  const source = await CleanedSource.create(link, sourceServers, 'two-cleaned');
  const at = { topic: source.topic, partition: 0, soft: 'from-start' } as const;
  await source.write(200, 20);
  await source.clean(100);
  await using _first = link.startEngine([at]);
  await using _second = link.startEngine([at]);
  await source.write(200, 20);
  await link.mustAgree(at, 'soon');
});

test('a topic that becomes compacted is mirrored on, under another id from its first holes on', {
  timeout: 240_000,
}, async () => {
  const source = await CleanedSource.create(link, sourceServers, 'becomes-compacted');
  const { topic } = source;
  const both = [sourceServers, targetServers];
  for (const servers of both) await alterTopic(servers, topic, { 'cleanup.policy': 'delete' });
  await source.write(200, 20);
  {
    await using _hard = link.startEngine([{ topic, partition: 0 }]);
    await link.mustAgree({ topic, partition: 0 });
  }
  for (const servers of both) await alterTopic(servers, topic, { 'cleanup.policy': 'compact' });
  await source.write(200, 10);
  await source.clean(100);
  const at = { topic, partition: 0, soft: 'later' } as const;
  const idOfStart = async () => {
    await using running = link.startEngine([at]);
    await link.mustAgree(at);
    const { point, shift } = running.engine.find(topic, 0) ?? {};
    assert.deepEqual([point?.tail.verdict, shift], ['equal', 0n]);
    return {
      id: point?.writer.producerId,
      isGenerations: point?.writer.producerId === point?.fence.producerId,
    };
  };
  const first = await idOfStart();
  await source.write(20, 5);
  const second = await idOfStart();
  assert.deepEqual([first.isGenerations, second.isGenerations], [true, false]);
});
