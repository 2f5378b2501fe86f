// Writes the ledger of one region. Plain batches with acks=all, one in flight per topic: a record that is written
// twice after an unknown outcome means the same as once, in compacted topics as well as where the first one wins.
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError, invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { encodeRecord } from './codec.ts';
import { keepTrying } from './keep-trying.ts';
import { encodeBatch, type PlainEntry } from './record-batch.ts';
import { TopicLeader } from './topic-leader.ts';
import { isCompacted, type LedgerRecords, type LedgerTopic, ledgerTopics } from './topic-names.ts';

export interface LedgerWriterParts {
  readonly cluster: KafkaCluster;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  /** A write that is not acknowledged for so long throws CW-4003. */
  readonly giveUpMs?: number;
}

/** A record, or the key that is taken away (compacted topics only). */
export type LedgerWrite<T extends LedgerTopic> = LedgerRecords[T] | { readonly tombstone: string };

const giveUpMsDefault = 30_000;
const produceWaitMs = 10_000;
/** Batches are cut at about this size. */
const batchCharsMax = 512 * 1024;

export class LedgerWriter {
  readonly #parts: LedgerWriterParts;
  readonly #leaders: ReadonlyMap<LedgerTopic, TopicLeader>;
  /** The last write of each topic: the next one begins after it. */
  readonly #last = new Map<LedgerTopic, Promise<unknown>>();

  constructor(parts: LedgerWriterParts) {
    this.#parts = parts;
    const { cluster, region } = parts;
    this.#leaders = new Map(
      ledgerTopics.map((topic) => [topic, new TopicLeader({ cluster, region, topic })]),
    );
  }

  /**
   * Writes all, in their order and after every write that was called before. Resolves with the offset of the last
   * one once all are committed; throws CW-4001, CW-4003 (outcome unknown) or CW-4004.
   */
  write<T extends LedgerTopic>(topic: T, writes: readonly LedgerWrite<T>[]): Promise<bigint> {
    const batches = cutIntoBatches(writes.map((write) => entryOf(topic, write)));
    const before = this.#last.get(topic) ?? Promise.resolve();
    const done = before
      .catch(() => undefined) // Whoever called for that write has been told.
      .then(async () => {
        let last = -1n;
        for (const batch of batches) last = await this.#writeBatch(topic, batch);
        return last;
      });
    this.#last.set(topic, done);
    return done;
  }

  /** Ends the connections once everything called before has settled. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#last.values());
    for (const leader of this.#leaders.values()) leader.drop('the writer is closed');
  }

  #writeBatch(topic: LedgerTopic, batch: readonly PlainEntry[]): Promise<bigint> {
    const { clock, random, region, giveUpMs = giveUpMsDefault } = this.#parts;
    return keepTrying(
      { clock, random, giveUpMs },
      () => this.#produce(topic, batch),
      (last, tries) => {
        const text = `${region}: a write to ${topic} was not acknowledged in ${tries} tries: ${describeError(last)}`;
        return new CausewayError('CW-4003', text, { region, topic, tries }, last);
      },
    );
  }

  async #produce(topic: LedgerTopic, batch: readonly PlainEntry[]): Promise<bigint> {
    const leader = this.#leaders.get(topic);
    invariant(leader !== undefined, `${topic} is no ledger topic`);
    try {
      const { connection, topicId } = await leader.find();
      const records = encodeBatch(batch, this.#parts.clock.wallMs());
      const topics = [{ topic, topicId, partitions: [{ partition: 0, records }] }];
      const response = await connection.produce({ acks: -1, timeoutMs: produceWaitMs, topics });
      const answer = response.partitions[0];
      if (answer === undefined || answer.errorCode !== kafkaError.NONE) {
        throw leader.refusal(answer?.errorCode ?? -1, answer?.errorMessage);
      }
      return answer.baseOffset + BigInt(batch.length - 1);
    } catch (error) {
      leader.drop('writing failed');
      throw error;
    }
  }
}

function entryOf<T extends LedgerTopic>(topic: T, write: LedgerWrite<T>): PlainEntry {
  if (!('tombstone' in write)) return encodeRecord(write);
  invariant(isCompacted(topic), `a tombstone for ${topic}, of which nothing is ever deleted`);
  return { key: write.tombstone, value: undefined };
}

function cutIntoBatches(entries: readonly PlainEntry[]): PlainEntry[][] {
  const batches: PlainEntry[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = entry.key.length + (entry.value?.length ?? 0);
    if (chars + size > batchCharsMax) {
      batches.push([]);
      chars = 0;
    }
    batches.at(-1)?.push(entry);
    chars += size;
  }
  return batches;
}
