// What the benchmark asks of a cluster: topics, log ends, sizes. Through the Kafka library, as everything
// that is not the byte path.
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';

const pollMs = 100;
const latest = -1n;
const earliest = -2n;

export class ClusterAdmin implements AsyncDisposable {
  readonly #admin: Admin;

  constructor(bootstrapServers: string) {
    this.#admin = new Admin({
      clientId: 'causeway-benchmark',
      bootstrapBrokers: bootstrapServers.split(','),
      timeout: 30_000,
      retries: 10,
      retryDelay: 300,
    });
  }

  async topics(): Promise<string[]> {
    return (await this.#admin.listTopics({ includeInternals: false })).filter(
      (name) => !name.startsWith('__'),
    );
  }

  async createTopic(
    topic: string,
    partitions: number,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.#admin.createTopics({
      topics: [topic],
      partitions,
      replicas: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
    await this.#until(async () => (await this.topics()).includes(topic));
  }

  /** Deletes all topics but internal ones and those to keep, and waits until they are gone. */
  async deleteTopicsExcept(keep: (topic: string) => boolean): Promise<void> {
    const doomed = (await this.topics()).filter((name) => !keep(name));
    if (doomed.length === 0) return;
    await this.#admin.deleteTopics({ topics: doomed });
    await this.#until(async () => !(await this.topics()).some((name) => doomed.includes(name)));
  }

  /** The sum of a topic's log ends; 0 while the topic does not exist. */
  async offsetsOf(topic: string, partitions: number): Promise<number> {
    const ends = await this.logEnds(topic, partitions);
    return ends.reduce((sum, end) => sum + Number(end), 0);
  }

  logEnds(topic: string, partitions: number): Promise<bigint[]> {
    return this.#listOffsets(topic, partitions, latest);
  }

  logStarts(topic: string, partitions: number): Promise<bigint[]> {
    return this.#listOffsets(topic, partitions, earliest);
  }

  /** None while the topic does not exist. */
  async #listOffsets(topic: string, partitions: number, timestamp: bigint): Promise<bigint[]> {
    const wanted = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    try {
      const listed = await this.#admin.listOffsets({ topics: [{ name: topic, partitions: wanted }] });
      return (listed[0]?.partitions ?? []).map(({ offset }) => offset);
    } catch (error) {
      if (isMissingTopic(error)) return [];
      throw error;
    }
  }

  /** Bytes of a topic's log segments on all brokers: what a fetch of it puts on the wire. */
  async bytesOf(topic: string, partitions: number): Promise<number> {
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const brokers = await this.#admin.describeLogDirs({ topics: [{ name: topic, partitions: numbers }] });
    let bytes = 0;
    for (const { results } of brokers) {
      for (const folder of results) {
        for (const entry of folder.topics) {
          if (entry.name === topic) for (const each of entry.partitions) bytes += Number(each.partitionSize);
        }
      }
    }
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.close();
  }

  async #until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(pollMs);
  }
}

/** True where the library says, at any depth, that the topic or partition is unknown. */
export function isMissingTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { apiId } = error as { apiId?: unknown };
  if (apiId === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  if (/UNKNOWN_TOPIC_OR_PARTITION|^Unknown topic /.test(error.message)) return true;
  const inner = error instanceof AggregateError ? error.errors : [];
  return inner.some(isMissingTopic) || isMissingTopic(error.cause);
}
