// Reads a topic as its records come and measures how long after their intended time they do. Told by its
// parent from when to when (by intended time), it answers with the percentiles once it has seen later ones.
// Usage: latency-consumer.ts SERVERS TOPIC PARTITIONS
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { baseOffsetOf } from '../../src/kafka/batch/header.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import type { BrokerConnection, KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { createKafkaCluster } from '../../src/kafka/client/real-cluster.ts';
import type { TopicView } from '../../src/kafka/wire/messages.ts';
import { percentile } from '../measure/percentiles.ts';
import { forEachTime } from './timed-batch.ts';
import { machineMs } from './one-clock.ts';

export interface LatencyWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the intended send time to the arrival at a consumer beside the target, milliseconds. */
export interface LatencySeen {
  readonly records: number;
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
}

const fetchWaitMs = 500;
const fetchBytesMax = 16 * 1024 * 1024;
const retryDelayMs = 100;
const [servers = '', topic = '', partitionsText] = process.argv.slice(2);
const partitions = Number(partitionsText);

class Meter {
  #window: LatencyWindow | undefined;
  #latenciesMs: number[] = [];
  #latest: number[] = Array.from({ length: partitions }, () => 0);
  #told = false;

  open(window: LatencyWindow): void {
    this.#window = window;
  }

  seen(partition: number, intendedMs: number, arrivedMs: number): void {
    this.#latest[partition] = intendedMs;
    const window = this.#window;
    if (window === undefined || intendedMs < window.fromMs || intendedMs >= window.toMs) return;
    this.#latenciesMs.push(arrivedMs - intendedMs);
  }

  /** Tells once every partition is beyond the window. */
  tellWhenDone(): void {
    const toMs = this.#window?.toMs ?? Number.POSITIVE_INFINITY;
    if (this.#told || this.#latest.some((latestMs) => latestMs < toMs)) return;
    this.#told = true;
    const at = (share: number) => percentile(this.#latenciesMs, share);
    const seen: LatencySeen = {
      records: this.#latenciesMs.length,
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      maxMs: at(1),
    };
    process.send?.({ seen });
  }
}

async function findTopic(cluster: KafkaCluster): Promise<TopicView> {
  for (;;) {
    const [found] = (await cluster.metadata([topic])).topics;
    if (found?.errorCode === 0 && found.partitions.every(({ leaderId }) => leaderId >= 0)) return found;
    await systemClock.sleep(retryDelayMs);
  }
}

async function readForever(connection: BrokerConnection, { topicId }: TopicView, meter: Meter) {
  const positions = Array.from({ length: partitions }, () => 0n);
  for (;;) {
    const response = await connection.fetch({
      maxWaitMs: fetchWaitMs,
      minBytes: 1,
      maxBytes: fetchBytesMax,
      isolationLevel: 1,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topicId, partitions: positions.map(askFor) }],
      forgotten: [],
    });
    const arrivedMs = machineMs();
    for (const { partition, records } of response.topics.flatMap((each) => each.partitions)) {
      forEachBatch(records, (start) => {
        // A batch may begin before the position.
        let offset = baseOffsetOf(records, start);
        forEachTime(records, start, (intendedMs) => {
          if (offset >= (positions[partition] ?? 0n)) meter.seen(partition, intendedMs, arrivedMs);
          offset += 1n;
        });
        positions[partition] = offset;
        return true;
      });
    }
    response.lease.release();
    meter.tellWhenDone();
  }
}

const askFor = (fetchOffset: bigint, partition: number) => ({
  partition,
  fetchOffset,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
  partitionMaxBytes: fetchBytesMax,
});

const cluster = createKafkaCluster({
  bootstrapServers: servers.split(','),
  clientId: 'causeway-benchmark',
  clock: systemClock,
  log: silentLog,
});
const meter = new Meter();
process.on('message', (window: LatencyWindow) => meter.open(window));
const found = await findTopic(cluster);
const connection = await cluster.connect(found.partitions[0]?.leaderId ?? -1);
await readForever(connection, found, meter);
