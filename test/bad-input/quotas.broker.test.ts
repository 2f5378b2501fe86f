// Quotas of 1 KB/s for whoever mirrors, at the source and at the target: the mirror goes on slowly, keeps the
// times of quiet that the broker asks for, and is fast again when the quota has gone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setClientQuotas } from '../../lab/region-admin.ts';
import { sharedLab, uniqueTopic } from '../../lab/rig.ts';
import { silentLog } from '../../src/base/log.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { RunningEngine } from '../fixtures/link-plan.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('quotas'));
after(() => link[Symbol.asyncDispose]());

const batch = encodeBatch([
  { timestamp: 1_767_225_600_000n, key: undefined, value: Buffer.alloc(400, 'x'), headers: [] },
]);
const batches = 200;

for (const [side, region, quota] of [
  ['source', 'eu-west', 'fetch'],
  ['target', 'us-east', 'produce'],
] as const) {
  test(`a ${quota} quota of 1 KB/s at the ${side}: slow, calm, and fast again without it`, async () => {
    const at = { topic: uniqueTopic('quota'), partition: 0 };
    await link.createTopic(at.topic);
    await link.writer.append(
      at.topic,
      0,
      Array.from({ length: batches }, () => batch),
    );
    // By client id, so that only this engine is meant.
    const clientId = uniqueTopic('throttled');
    const none = { fetch: undefined, produce: undefined };
    const setQuota = (bytes: number | undefined) =>
      setClientQuotas(lab.bootstrapServers(region), clientId, { ...none, [quota]: bytes });
    await setQuota(1_000);
    await using running = new RunningEngine(link.plan([at]), clientId, silentLog);
    running.resume();
    const { engine } = running;
    const partition = engine.find(at.topic, 0);
    assert.ok(partition !== undefined);
    const held = () => engine.throttled[side].totalMs(performance.now());
    await waitUntil('progress under the quota', () => held() > 5_000 && (partition.position ?? 0n) > 0n);
    assert.ok((partition.position ?? 0n) < BigInt(batches), 'it is slow');
    assert.equal(engine.throttled[side === 'source' ? 'target' : 'source'].totalMs(performance.now()), 0);
    assert.equal(partition.state.name, 'mirroring');
    // Every half a second a fetch that finds nothing, and a few beside it: nobody asks again and again.
    assert.ok(engine.counts.fetches < 60, `${engine.counts.fetches} fetches`);
    assert.ok(engine.counts.produces <= batches, `${engine.counts.produces} produce requests`);
    await setQuota(undefined);
    assert.equal(await link.mustBeEqual(at), BigInt(batches));
    assert.deepEqual([partition.counts.starts, engine.counts.lanesLost], [1, 0], 'nothing timed out');
  });
}
