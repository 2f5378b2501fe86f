// Our own producer: whole batches in several codecs at a steady rate, each record with a value of its own,
// through every fault; writes down what was acknowledged.
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, type Random } from '../../../src/base/random.ts';
import { encodeBatch } from '../../../src/kafka/batch/encode-batch.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { TopicWriter } from '../../fixtures/topic-writer.ts';
import type { TopicPartition } from '../../fixtures/link-plan.ts';

const codecs = ['none', 'none', 'gzip', 'zstd'] as const;
const padding = 'x'.repeat(200);

export class OwnLoad implements AsyncDisposable {
  readonly history: string;
  readonly #writer: TopicWriter;
  readonly #random: Random;
  readonly #out: WriteStream;
  readonly #loops: Promise<unknown>;
  readonly #underWay = new Set<string>();
  #paused = false;
  #stopping = false;
  #written = 0;

  /** `batchesPerSecond`: of each partition. */
  constructor(
    cluster: KafkaCluster,
    random: Random,
    partitions: readonly TopicPartition[],
    { folder, batchesPerSecond }: { readonly folder: string; readonly batchesPerSecond: number },
  ) {
    this.#writer = new TopicWriter(cluster);
    this.#random = random;
    this.history = path.join(folder, 'own.history');
    this.#out = createWriteStream(this.history);
    this.#loops = Promise.all(partitions.map((each) => this.#run(each, batchesPerSecond)));
  }

  /** Resolves when nothing is under way any more. */
  async pause(): Promise<void> {
    this.#paused = true;
    while (this.#underWay.size > 0) await Promise.race([this.#loops, sleep(20)]);
  }

  resume(): void {
    this.#paused = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    this.#writer.close();
    await Promise.allSettled([this.#loops]);
    await new Promise<void>((resolve) => this.#out.end(() => resolve()));
  }

  async #run({ topic, partition }: TopicPartition, batchesPerSecond: number): Promise<void> {
    const name = `${topic}-${partition}`;
    while (!this.#stopping) {
      if (!this.#paused) {
        this.#underWay.add(name);
        await this.#append(topic, partition).finally(() => this.#underWay.delete(name));
      }
      await sleep(500 / batchesPerSecond + this.#random.int(1_000 / batchesPerSecond));
    }
  }

  async #append(topic: string, partition: number): Promise<void> {
    const values = Array.from({ length: 1 + this.#random.int(8) }, () => {
      this.#written += 1;
      return `own-${this.#written}-${padding.slice(this.#random.int(padding.length))}`;
    });
    const timestamp = BigInt(Date.now());
    const records = values.map((value) => ({ timestamp, key: undefined, value: Buffer.from(value) }));
    const batch = encodeBatch(records, { codec: pick(this.#random, codecs) });
    const end = Number(await this.#writer.append(topic, partition, [batch]));
    const first = end - values.length;
    const line = (value: string, at: number) => `acked ${topic} ${partition} ${first + at} null ${value}\n`;
    this.#out.write(values.map(line).join(''));
  }
}
