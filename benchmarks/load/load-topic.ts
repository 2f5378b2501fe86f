// Fills the source topic of a shape, once, with Kafka's own Java producer: batches of the wanted size and
// codec.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../rig/child.ts';
import type { Rig } from '../rig/rig.ts';
import type { Shape } from '../rig/shapes.ts';
import { writePayloads } from './payloads.ts';

export interface LoadedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  /** Bytes of its log segments. */
  readonly bytes: number;
}

export const sourceTopicOf = (shape: Shape) => `bench.${shape.name}`;

/** Uses what is already there when it has the wanted number of records. */
export async function loadTopic(
  rig: Rig,
  shape: Shape,
  records: number,
  partitions: number,
): Promise<LoadedTopic> {
  const topic = sourceTopicOf(shape);
  const { admin } = rig.source;
  if ((await admin.recordsOf(topic, partitions)) !== records) {
    await admin.deleteTopicsExcept((name) => name !== topic);
    await admin.createTopic(topic, partitions, { 'retention.ms': '-1', 'file.delete.delay.ms': '1000' });
    await produce(rig, shape, topic, records);
  }
  return { topic, partitions, records, bytes: await admin.bytesOf(topic, partitions) };
}

async function produce(rig: Rig, shape: Shape, topic: string, records: number): Promise<void> {
  const payloadFile = join(rig.folder, `payload-${shape.recordBytes}.txt`);
  if (!existsSync(payloadFile)) writePayloads(payloadFile, shape.recordBytes);
  await using producer = new Child('ProducerPerformance', 'java', producerArgs(), {
    logFile: join(rig.folder, 'load.log'),
  });
  await producer.finished();

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
