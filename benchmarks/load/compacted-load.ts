// A compacted topic that the source's own cleaner has been at: half of its offsets are gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../src/base/log.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { openCluster } from '../../test/fixtures/link-plan.ts';
import { alterTopic } from '../../test/fixtures/odd-topics.ts';
import { TopicWriter } from '../../test/fixtures/topic-writer.ts';
import { countRecords } from './count-records.ts';
import type { LoadPlan } from './load-plan.ts';
import { payloads } from './payloads.ts';
import { twiceKeys } from './twice-keys.ts';

const dayMs = 86_400_000;
const MiB = 1024 * 1024;
/** No cleaner takes a record of the last day. */
export const restingCleaner = {
  'cleanup.policy': 'compact',
  'min.compaction.lag.ms': String(dayMs),
  'segment.ms': String(7 * dayMs),
};
/** The cleaner takes all but the segment being written, as soon as it looks: every 15 s. */
const eagerCleaner = {
  'min.compaction.lag.ms': '0',
  'min.cleanable.dirty.ratio': '0.0',
  'segment.ms': '1',
};
/** A segment is cleaned as a whole, and small ones show progress. */
const segmentBytes = 64 * MiB;
/** Of what was written, bytes that are left when all has been cleaned; a little for the last segments. */
const bytesLeftShare = 0.53;
const cleaningMsMax = 600_000;
const pollMs = 1_000;
/** Less, and it is not the shape that it says. */
const holesShareMin = 0.48;

/** Returns how many records the cleaner has left. Throws where it has not taken half. */
export async function loadCompacted(plan: LoadPlan): Promise<number> {
  const { rig, topic, partitions } = plan;
  const { admin, bootstrapServers: servers } = rig.source;
  await alterTopic(servers, topic, { ...restingCleaner, 'segment.bytes': String(segmentBytes) });
  const cluster = openCluster(
    { region: 'source', bootstrapServers: servers },
    'causeway-benchmark',
    silentLog,
  );
  using writer = new TopicWriter(cluster);
  try {
    await writeKeyed(plan, writer);
    const bytes = await admin.bytesOf(topic, partitions);
    await alterTopic(servers, topic, eagerCleaner);
    // Begins a segment, and so closes the one before.
    await sleep(10);
    for (let partition = 0; partition < partitions; partition += 1) {
      await writer.append(topic, partition, [keyedBatch([-1], [Buffer.from('end')])]);
    }
    await cleaned(plan, bytes * bytesLeftShare);
    await alterTopic(servers, topic, { ...restingCleaner, 'segment.bytes': String(1024 * MiB) });
    return await checkedRecords(plan, cluster);
  } finally {
    await cluster.close();
  }
}

async function writeKeyed({ shape, topic, partitions, records }: LoadPlan, writer: TopicWriter) {
  const values = payloads(shape.recordBytes).map((text) => Buffer.from(text));
  const batchRecords = Math.floor(shape.batchBytes / shape.recordBytes);
  const writePartition = async (partition: number) => {
    let keys: number[] = [];
    const write = async () => {
      if (keys.length > 0) await writer.append(topic, partition, [keyedBatch(keys, values)]);
      keys = [];
    };
    for (const key of twiceKeys(Math.floor(records / partitions), partition + 1)) {
      keys.push(key);
      if (keys.length === batchRecords) await write();
    }
    await write();
  };
  await Promise.all(Array.from({ length: partitions }, (_, partition) => writePartition(partition)));
}

function keyedBatch(keys: readonly number[], values: readonly Buffer[]): Buffer {
  const timestamp = BigInt(Date.now());
  return encodeBatch(
    keys.map((key, at) => ({
      timestamp,
      key: Buffer.from(`key ${key}`),
      value: values[(Math.abs(key) + at) % values.length] as Buffer,
    })),
  );
}

async function cleaned({ rig, topic, partitions }: LoadPlan, bytesMax: number): Promise<void> {
  const beganMs = performance.now();
  for (;;) {
    const bytes = await rig.source.admin.bytesOf(topic, partitions);
    if (bytes <= bytesMax) return;
    if (performance.now() - beganMs > cleaningMsMax) {
      throw new Error(`${topic}: the cleaner has left ${bytes} bytes, and should leave ${bytesMax}`);
    }
    await sleep(pollMs);
  }
}

async function checkedRecords(plan: LoadPlan, cluster: KafkaCluster): Promise<number> {
  const { rig, topic, partitions } = plan;
  const offsets = await rig.source.admin.offsetsOf(topic, partitions);
  const records = await countRecords(cluster, topic);
  const share = 1 - records / offsets;
  if (share >= holesShareMin) return records;
  throw new Error(`${topic}: ${records} records at ${offsets} offsets: fewer holes than half`);
}
