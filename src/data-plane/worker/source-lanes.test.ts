// Which lanes there are: a lane without partitions goes after a while, and one whose connection is gone at
// once.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { SourceView } from '../mirror/source-view.ts';
import { FetchTurns } from './fetch-turns.ts';
import { defaultLimits } from './limits.ts';
import { SourceLanes } from './source-lanes.ts';

const partition = (): MirrorPartition =>
  ({
    spec: { set: 's', topic: 't', partition: 0 },
    point: { source: { leaderId: 1, leaderEpoch: 1, topicId: 'a'.repeat(32) } },
    view: new SourceView(),
    holdsFetch: false,
    fetchPosition: () => undefined,
    connectionLost: () => undefined,
  }) as unknown as MirrorPartition;

function link() {
  const clock = manualClock();
  const opened: { closed: boolean }[] = [];
  const connect = () => {
    const made = {
      closed: false,
      listOffsets: () => Promise.resolve([]),
      destroy: () => {
        made.closed = true;
      },
    };
    opened.push(made);
    return Promise.resolve(made as unknown as BrokerConnection);
  };
  const turns = new FetchTurns({
    clock,
    limits: defaultLimits.steering,
    limitBytesPerSecond: () => undefined,
    rttMs: () => undefined,
  });
  const { mock: joins } = mock.method(turns, 'join');
  const { mock: leaves } = mock.method(turns, 'leave');
  const counts = { lost: 0 };
  const none = () => undefined;
  const lanes = new SourceLanes({
    cluster: { connect } as unknown as KafkaCluster,
    clock,
    limits: defaultLimits,
    turns,
    priorityOf: () => 1,
    onThrottled: none,
    earlyFetchBytesPerSecond: () => 0,
    onFetch: none,
    onRepeated: none,
    onRoundTrip: none,
    onLost: () => {
      counts.lost += 1;
    },
  });
  const settle = async () => {
    for (let each = 0; each < 20; each += 1) await turn();
  };
  const open = () => opened.filter(({ closed }) => !closed).length;
  const askers = () => joins.callCount() - leaves.callCount();
  return { clock, lanes, askers, opened, open, counts, settle };
}

test('lanes whose connections the broker has ended do not pile up', async () => {
  const { lanes, askers, opened, counts, settle } = link();
  for (let round = 0; round < 20; round += 1) {
    const one = partition();
    lanes.join(one);
    await settle();
    lanes.leave(one);
    for (const each of opened) each.closed = true;
  }
  assert.equal(opened.length, 20);
  assert.deepEqual([askers(), counts.lost], [1, 0]);
});

test('a lane without partitions is kept for the next one for a minute, and ended then', async () => {
  const { clock, lanes, askers, opened, open, counts, settle } = link();
  const [first, second, third] = [partition(), partition(), partition()];
  lanes.join(first);
  lanes.join(second);
  await settle();
  lanes.leave(first);
  clock.advance(59_000);
  lanes.join(third);
  clock.advance(3_600_000);
  assert.deepEqual([opened.length, open()], [2, 2], 'it was taken again');
  lanes.leave(third);
  clock.advance(60_000);
  assert.deepEqual([open(), askers(), counts.lost], [1, 1, 0]);
  lanes.leave(second);
  clock.advance(60_000);
  assert.deepEqual([open(), askers(), clock.timers], [0, 0, 0]);
});
