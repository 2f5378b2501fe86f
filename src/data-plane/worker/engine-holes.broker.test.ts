// The engine between two real clusters whose source has transactions: committed data at its offsets, aborted
// data never, markers as fillers; and batches that have to be made again.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { isolationLevels } from '../../../test/clients/reader.ts';
import { SourceScript } from '../../../test/fixtures/source-script.ts';
import { seenOffsets } from '../../../test/fixtures/seen-offsets.ts';
import { TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('holes'));
after(() => link[Symbol.asyncDispose]());
const servers = lab.bootstrapServers('eu-west');

async function scripted(prefix: string, run: (script: SourceScript, topic: string) => Promise<void>) {
  const topic = uniqueTopic(prefix);
  await link.createTopic(topic);
  const script = new SourceScript(link.source, servers, topic);
  try {
    await run(script, topic);
  } finally {
    await script.close();
  }
}

const committedOffsets = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 17, 18, 19];

test('consumers in both isolation levels see the committed records at their offsets, and no others', () =>
  scripted('transactions', async (script, topic) => {
    await script.interleaved();
    const at = { topic, partition: 0 };
    await using running = link.startEngine([at]);
    assert.equal(await link.mustAgree(at), 20n);
    assert.deepEqual(
      await seenOffsets(lab.bootstrapServers('us-east'), topic),
      isolationLevels.map((level) => ({ level, offsets: committedOffsets, end: 20 })),
    );
    const { counts, shift } = running.engine.find(topic, 0) ?? {};
    assert.deepEqual([counts?.holes, counts?.fillers, shift], [5, 5, 0n]);
  }));

test('an open transaction is waited for, and what comes behind it', () =>
  scripted('open', async (script, topic) => {
    const at = { topic, partition: 0 };
    await script.plain(4);
    await script.send('open', 3);
    await script.plain(2);
    await using running = link.startEngine([at]);
    const partition = running.engine.find(topic, 0);
    await waitUntil('the plain records', () => partition?.position === 4n);
    await waitUntil('what the source holds', () => partition?.view.highWatermark === 9n);
    assert.deepEqual([partition?.view.stableOffset, partition?.position], [4n, 4n]);
    await script.finish('open', 'commit');
    assert.equal(await link.mustAgree(at), 10n);
  }));

test('a source that ends in markers is mirrored to its very end', () =>
  scripted('trailing', async (script, topic) => {
    await script.send('last', 3);
    await script.finish('last', 'abort');
    const at = { topic, partition: 0 };
    await using running = link.startEngine([at]);
    assert.equal(await link.mustAgree(at), 4n);
    assert.equal(running.engine.find(topic, 0)?.tail, 'empty');
  }));

test('an engine goes on behind fillers, in the middle of transactions', () =>
  scripted('again', async (script, topic) => {
    const at = { topic, partition: 0 };
    for (let round = 0; round < 6; round += 1) {
      await using running = link.startEngine([at]);
      if (round % 2 === 0) await script.interleaved();
      else {
        await script.send('long', 4);
        await script.plain(1);
      }
      if (round % 2 === 1) await script.finish('long', round === 1 ? 'abort' : 'commit');
      await link.mustAgree(at);
      assert.equal(running.engine.find(topic, 0)?.shift, 0n);
    }
  }));

test('thousands of aborted records are filled in bulk', () =>
  scripted('bulk', async (script, topic) => {
    await script.plain(1);
    for (let left = 20; left > 0; left -= 1) await script.send('bad', 500);
    await script.finish('bad', 'abort');
    await script.plain(1);
    const at = { topic, partition: 0 };
    await using running = link.startEngine([at]);
    assert.equal(await link.mustAgree(at), 10_003n);
    assert.equal(running.engine.find(topic, 0)?.counts.fillers, 10_001);
  }));

test('two engines on one partition with transactions leave it as its source', () =>
  scripted('two', async (script, topic) => {
    const at = { topic, partition: 0 };
    await using _first = link.startEngine([at]);
    await using _second = link.startEngine([at]);
    for (let round = 0; round < 10; round += 1) await script.interleaved();
    // Fillers of both may have landed in one hole: given back at the next, or told of in the ledger.
    await link.mustAgree(at, 'soon');
  }));

test('append times of the source are the records’ own at the target', async () => {
  const topic = uniqueTopic('append-time');
  await link.createTopic(topic, { config: { 'message.timestamp.type': 'LogAppendTime' } });
  for (const codec of ['none', 'lz4', 'zstd'] as const) await link.produce(topic, 0, 400, { codec });
  const at = { topic, partition: 0 };
  await using first = link.startEngine([at]);
  assert.equal(await link.mustAgree(at), 1_200n);
  await first.stop();
  await link.produce(topic, 0, 100);
  await using second = link.startEngine([at]);
  assert.equal(await link.mustAgree(at), 1_300n);
  assert.equal(second.engine.find(topic, 0)?.tail, 'equal');
});
