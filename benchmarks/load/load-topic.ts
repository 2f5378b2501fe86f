// Fills the source topic of a shape, once: plain ones with Kafka's own Java producer, batches of the wanted
// size and codec; the others as their kind needs it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../rig/child.ts';
import type { Rig } from '../rig/rig.ts';
import type { Shape } from '../rig/shapes.ts';
import { loadCompacted } from './compacted-load.ts';
import type { LoadPlan } from './load-plan.ts';
import { writePayloads } from './payloads.ts';
import { loadTransactions } from './transactional-load.ts';

export interface LoadedTopic {
  readonly topic: string;
  readonly partitions: number;
  /** That a reader of committed records sees. */
  readonly records: number;
  /** Sum of its log ends: more than that where there are holes. */
  readonly offsets: number;
  /** Bytes of its log segments. */
  readonly bytes: number;
}

export const sourceTopicOf = (shape: Shape) => `bench.${shape.name}`;
const topicSettings = { 'retention.ms': '-1', 'file.delete.delay.ms': '1000' };

/** Uses what is already there when it has the wanted number of records, if they are plain. */
export async function loadTopic(
  rig: Rig,
  shape: Shape,
  records: number,
  partitions: number,
): Promise<LoadedTopic> {
  const topic = sourceTopicOf(shape);
  const { admin } = rig.source;
  const plan = { rig, shape, topic, partitions, records };
  let seen = records;
  if (shape.kind !== 'plain' || (await admin.offsetsOf(topic, partitions)) !== records) {
    await admin.deleteTopicsExcept((name) => name !== topic);
    await admin.createTopic(topic, partitions, topicSettings);
    seen = await writers[shape.kind](plan);
  }
  const [offsets, bytes] = [await admin.offsetsOf(topic, partitions), await admin.bytesOf(topic, partitions)];
  return { topic, partitions, records: seen, offsets, bytes };
}

/** Each returns how many records a reader of committed ones sees. */
const writers: Readonly<Record<Shape['kind'], (plan: LoadPlan) => Promise<number>>> = {
  plain: loadPlain,
  transactional: loadTransactions,
  compacted: loadCompacted,
};

async function loadPlain(plan: LoadPlan): Promise<number> {
  const { rig, shape, topic, records } = plan;
  const payloadFile = join(rig.folder, `payload-${shape.recordBytes}.txt`);
  if (!existsSync(payloadFile)) writePayloads(payloadFile, shape.recordBytes);
  await using producer = new Child('ProducerPerformance', 'java', producerArgs(), {
    logFile: join(rig.folder, 'load.log'),
  });
  await producer.finished();
  // On a machine that is too busy some batches expire at the producer.
  return rig.source.admin.offsetsOf(topic, plan.partitions);

  function producerArgs(): string[] {
    const properties = {
      'bootstrap.servers': rig.source.bootstrapServers,
      'batch.size': shape.batchBytes,
      'linger.ms': 5_000,
      'compression.type': shape.codec,
      'buffer.memory': 256 * 1024 * 1024,
      'max.request.size': 8 * 1024 * 1024,
    };
    const pairs = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
    const main = 'org.apache.kafka.tools.ProducerPerformance';
    const what = ['--topic', topic, '--num-records', String(records), '--throughput', '-1'];
    return ['-Xmx768m', '-cp', rig.classpath, main, ...what, '--payload-file', payloadFile].concat(
      '--command-property',
      pairs,
    );
  }
}
