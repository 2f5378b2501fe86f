// Fetches a topic through the relay, with Causeway's own connections and fetch sizes, and forgets it; tells
// its parent how many records have come, and that it has begun. Usage: fetcher.ts RELAY_PORT SOURCE_SERVERS
// TOPIC PARTITIONS BYTES_PER_SECOND (0: as fast as it can)
import { connect } from 'node:net';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { baseOffsetOf, lastOffsetDeltaOf } from '../../src/kafka/batch/header.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import type { FetchPartition, TopicId } from '../../src/kafka/wire/messages.ts';
import { createKafkaCluster } from '../../src/kafka/client/real-cluster.ts';
import type { OpenSocket } from '../../src/kafka/client/socket.ts';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';

const reportMs = 20;
const [relayPort, servers = '', topic = '', partitions, bytesPerSecond] = process.argv.slice(2);
const rateBytesPerSecond = Number(bytesPerSecond);

/** Whatever address a broker advertises, the way there leads through the relay. */
const throughRelay: OpenSocket = (_address, onread, ready) => {
  const socket = connect({ host: '127.0.0.1', port: Number(relayPort), noDelay: true, onread });
  socket.once('connect', ready);
  return socket;
};

let records = 0;
let bytes = 0;
const startMs = performance.now();

/** One connection with one request under way, over its share of the partitions. */
async function fetchForever(connection: BrokerConnection, topicId: TopicId, lane: number): Promise<void> {
  const { fetchNear, fetchLanes, fetchWaitMs } = defaultLimits;
  const positions = new Map<number, bigint>();
  for (let each = lane; each < Number(partitions); each += fetchLanes) positions.set(each, 0n);
  for (;;) {
    const asked = [...positions].map(([partition, fetchOffset]): FetchPartition => {
      const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
      return { partition, fetchOffset, ...epochs, partitionMaxBytes: fetchNear.partitionBytesMax };
    });
    const response = await connection.fetch({
      maxWaitMs: fetchWaitMs,
      minBytes: 1,
      maxBytes: fetchNear.answerBytesMax,
      isolationLevel: 1,
      // No session: every request names everything.
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topicId, partitions: asked }],
      forgotten: [],
    });
    for (const fetched of response.topics.flatMap((each) => each.partitions)) {
      const before = positions.get(fetched.partition) ?? 0n;
      const next = nextAfter(fetched.records, before);
      positions.set(fetched.partition, next);
      records += Number(next - before);
      bytes += fetched.records.length;
    }
    response.lease.release();
    await keepPace();
  }
}

function nextAfter(records: Buffer, position: bigint): bigint {
  let next = position;
  forEachBatch(records, (start) => {
    next = baseOffsetOf(records, start) + BigInt(lastOffsetDeltaOf(records, start)) + 1n;
    return true;
  });
  return next;
}

async function keepPace(): Promise<void> {
  if (rateBytesPerSecond === 0) return;
  const aheadMs = (bytes / rateBytesPerSecond) * 1000 - (performance.now() - startMs);
  if (aheadMs > 0) await systemClock.sleep(aheadMs);
}

const cluster = createKafkaCluster({
  bootstrapServers: servers.split(','),
  clientId: 'causeway-benchmark',
  clock: systemClock,
  log: silentLog,
  openSocket: throughRelay,
});
const view = await cluster.metadata([topic]);
const [found] = view.topics;
if (found === undefined || found.errorCode !== 0) throw new Error(`no topic ${topic}`);
setInterval(() => process.send?.({ records }), reportMs);
const lanes = Array.from({ length: defaultLimits.fetchLanes }, async (_, lane) => {
  const connection = await cluster.connect(found.partitions[0]?.leaderId ?? -1);
  await fetchForever(connection, found.topicId, lane);
});
await Promise.all(lanes);
