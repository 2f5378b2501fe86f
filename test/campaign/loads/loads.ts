// All loads together: begun, rested and ended as one.
import type { Random } from '../../../src/base/random.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { ownPartitions } from '../topic-roles.ts';
import { JavaSide } from './java-side.ts';
import { LibrdkafkaLoad } from './librdkafka-load.ts';
import { OwnLoad } from './own-load.ts';

export interface LoadsParts {
  /** Bootstrap servers. */
  readonly source: string;
  readonly target: string;
  readonly cluster: KafkaCluster;
  readonly random: Random;
  readonly seed: number;
  readonly folder: string;
}

export class Loads implements AsyncDisposable {
  readonly java: JavaSide;
  readonly own: OwnLoad;
  readonly #librdkafka: LibrdkafkaLoad | string;

  private constructor(java: JavaSide, own: OwnLoad, librdkafka: LibrdkafkaLoad | string) {
    this.java = java;
    this.own = own;
    this.#librdkafka = librdkafka;
  }

  static async start({ source, target, cluster, random, seed, folder }: LoadsParts): Promise<Loads> {
    const librdkafka = await LibrdkafkaLoad.start(source, ['plain', 'wide'], folder);
    const java = await JavaSide.start(source, target, folder, seed);
    return new Loads(
      java,
      new OwnLoad(cluster, random, ownPartitions, { folder, batchesPerSecond: 4 }),
      librdkafka,
    );
  }

  /** Why one of them is not there. */
  get without(): string | undefined {
    return typeof this.#librdkafka === 'string' ? this.#librdkafka : undefined;
  }

  get histories(): string[] {
    const { java, own } = this;
    return [...java.histories, own.history, ...this.#others.map(({ history }) => history)];
  }

  get #others(): LibrdkafkaLoad[] {
    return typeof this.#librdkafka === 'string' ? [] : [this.#librdkafka];
  }

  /** Resolves when nothing is under way. */
  async pause(): Promise<void> {
    await Promise.all([this.own, this.java, ...this.#others].map((load) => load.pause()));
  }

  resume(): void {
    for (const load of [this.own, this.java, ...this.#others]) load.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const load of [this.own, this.java, ...this.#others]) await load[Symbol.asyncDispose]();
  }
}
