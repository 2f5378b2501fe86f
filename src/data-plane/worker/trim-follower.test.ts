// Which copy is trimmed with its source: the one that is mirrored, and no other topic of its name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { silentLog } from '../../base/log.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { madeEnd } from '../mirror/end-for-tests.ts';
import { asTarget } from '../mirror/offsets.ts';
import type { StartPoint } from '../mirror/start-procedure.ts';
import { SourceView } from '../mirror/source-view.ts';
import { type Trimmable, TrimFollower } from './trim-follower.ts';

/** A copy of 20 offsets whose source begins at 10 now. */
function rig(answers: readonly number[] = []) {
  const clock = manualClock();
  const mirrored = madeEnd('target').at;
  const asked: bigint[] = [];
  const connection: Partial<BrokerConnection> = {
    deleteRecords: ({ topics }) => {
      asked.push(topics[0]?.partitions[0]?.offset ?? -1n);
      const errorCode = answers[asked.length - 1] ?? 0;
      return Promise.resolve([{ topic: 't', partition: 0, errorCode, lowWatermark: 0n }]);
    },
  };
  const found = { ...mirrored, connection: connection as BrokerConnection };
  const follower = new TrimFollower({
    findEnd: () => Promise.resolve(found),
    follows: () => true,
    mayWrite: () => true,
    clock,
    log: silentLog,
  });
  const view = new SourceView();
  view.look(20n, 20n, 10n, clock.wallMs());
  const point: Partial<StartPoint> = {
    fence: { generation: 1, producerId: 7n, producerEpoch: 0 },
    shift: 0n,
  };
  const spec = { set: 's', topic: 't', partition: 0, sourceRegion: 'a', targetRegion: 'b' };
  const partition: Trimmable = {
    spec: { ...spec, sourceTopicId: undefined, targetTopicId: undefined },
    state: { name: 'mirroring' },
    point: { ...point, target: mirrored } as StartPoint,
    position: asTarget(20n),
    shift: 0n,
    view,
  };
  const look = async (afterMs = 0) => {
    clock.advance(afterMs);
    await follower.look([partition]);
    return asked;
  };
  return { found, look };
}

test('a copy is trimmed once to where its source begins', async () => {
  const { look } = rig();
  assert.deepEqual(await look(), [10n]);
  assert.deepEqual(await look(), [10n]);
});

test('another topic of the same name is not trimmed', async () => {
  const { found, look } = rig();
  found.topicId = '00000000-0000-0000-0000-0000000000ff';
  assert.deepEqual(await look(), []);
});

test('what is refused is asked again after a minute', async () => {
  const topicAuthorizationFailed = 29;
  const { look } = rig([topicAuthorizationFailed]);
  assert.deepEqual(await look(), [10n]);
  assert.deepEqual(await look(59_999), [10n]);
  assert.deepEqual(await look(1), [10n, 10n]);
});
