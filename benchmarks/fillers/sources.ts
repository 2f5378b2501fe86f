// Source topics with something to fill: a long run of hard holes, or a log that begins far from 0.
import { silentLog } from '../../src/base/log.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { nullBatches } from '../../src/kafka/batch/null-batches.ts';
import { openCluster } from '../../test/fixtures/link-plan.ts';
import { trimTo } from '../../test/fixtures/odd-topics.ts';
import { TopicWriter } from '../../test/fixtures/topic-writer.ts';
import { TransactionWriter } from '../load/transactions.ts';

const topicSettings = { 'retention.ms': '-1' };
/** Of a batch of the aborted transaction. */
const recordsPerBatch = 10_000;
/** On each side of what is filled. */
export const plainRecords = 10;

export interface SourceSite {
  readonly bootstrapServers: string;
  createTopic(topic: string, settings: Readonly<Record<string, string>>): Promise<void>;
}

/** Plain records, an aborted transaction of `holes` records, its marker, plain records. Returns the end. */
export async function writeHoles(site: SourceSite, topic: string, holes: number): Promise<number> {
  await site.createTopic(topic, topicSettings);
  await writePlain(site, topic);
  await using writer = new TransactionWriter(site.bootstrapServers, `fillers-${topic}`);
  await writer.write({ topic, partition: 0, batches: batchesOf(holes), how: 'abort' });
  await writePlain(site, topic);
  return plainRecords + holes + 1 + plainRecords;
}

function* batchesOf(records: number): Generator<Buffer[]> {
  const value = Buffer.from('aborted');
  for (let left = records; left > 0; left -= recordsPerBatch) {
    yield Array.from({ length: Math.min(left, recordsPerBatch) }, () => value);
  }
}

/** A log that begins at `firstOffset` with plain records. Returns the end. */
export async function writeLate(site: SourceSite, topic: string, firstOffset: number): Promise<number> {
  await site.createTopic(topic, topicSettings);
  await withWriter(site, async (writer) => {
    for (const batch of nullBatches(0n, BigInt(firstOffset), 1_700_000_000_000n)) {
      batch.fill(0, 0, 8);
      await writer.append(topic, 0, [batch]);
    }
  });
  await writePlain(site, topic);
  await trimTo(site.bootstrapServers, topic, BigInt(firstOffset));
  return firstOffset + plainRecords;
}

function writePlain(site: SourceSite, topic: string): Promise<void> {
  const record = { timestamp: 1_700_000_000_000n, key: undefined, value: Buffer.from('plain') };
  const batch = encodeBatch(Array.from({ length: plainRecords }, () => record));
  return withWriter(site, async (writer) => {
    await writer.append(topic, 0, [batch]);
  });
}

async function withWriter(site: SourceSite, write: (writer: TopicWriter) => Promise<void>): Promise<void> {
  const end = { region: 'source', bootstrapServers: site.bootstrapServers };
  const cluster = openCluster(end, 'causeway-benchmark', silentLog);
  using writer = new TopicWriter(cluster);
  try {
    await write(writer);
  } finally {
    await cluster.close();
  }
}
