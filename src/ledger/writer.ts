// Writes the ledger of one region. Plain batches with acks=all, one in flight per topic: a record that is
// written twice after an unknown outcome means the same as once, in compacted topics as well as where the
// first one wins.
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError, invariant } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { encodeRecord } from './codec.ts';
import { keepTrying, triesText } from './keep-trying.ts';
import { encodeEntries, type PlainEntry } from './record-batch.ts';
import { TopicLeader } from './topic-leader.ts';
import { isCompacted, type LedgerRecords, type LedgerTopic, ledgerTopics } from './topic-names.ts';

export interface LedgerWriterParts {
  readonly cluster: KafkaCluster;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  /** A write that is not acknowledged for so long throws CW-4003. */
  readonly giveUpMs?: number;
  /** Told the number of records of each acknowledged batch. */
  readonly onWritten?: (records: number) => void;
}

/** A record, or the key that is taken away (compacted topics only). */
export type LedgerWrite<T extends LedgerTopic> = LedgerRecords[T] | { readonly tombstone: string };

const giveUpMsDefault = 30_000;
const produceWaitMs = 10_000;
/** Batches are cut at about this size: half of what a broker takes unless told otherwise. */
const batchBytesMax = 512 * 1024;

export class LedgerWriter {
  readonly #parts: LedgerWriterParts;
  readonly #leaders: ReadonlyMap<LedgerTopic, TopicLeader>;
  /** The last write of each topic: the next one begins after it. */
  readonly #last = new Map<LedgerTopic, Promise<unknown>>();
  readonly #abandoned = new AbortController();

  constructor(parts: LedgerWriterParts) {
    this.#parts = parts;
    const { cluster, region } = parts;
    this.#leaders = new Map(
      ledgerTopics.map((topic) => [topic, new TopicLeader({ cluster, region, topic })]),
    );
  }

  /**
   * Writes all, in their order and after every write that was called before. Resolves with the offset of the
   * last one once all are committed; throws CW-4001, CW-4003 (outcome unknown) or CW-4004.
   */
  write<T extends LedgerTopic>(topic: T, writes: readonly LedgerWrite<T>[]): Promise<bigint> {
    const batches = cutIntoBatches(writes.map((write) => entryOf(topic, write)));
    const done = this.#writeAfter(this.#last.get(topic), topic, batches);
    this.#last.set(topic, done);
    return done;
  }

  async #writeAfter(
    before: Promise<unknown> | undefined,
    topic: LedgerTopic,
    batches: readonly (readonly PlainEntry[])[],
  ): Promise<bigint> {
    // How it ended concerns only whoever called for it.
    await Promise.allSettled([before]);
    let last = -1n;
    for (const batch of batches) last = await this.#writeBatch(topic, batch);
    return last;
  }

  /** Every write that is under way or comes later is given up with CW-4003: nobody waits any longer. */
  abandon(): void {
    const { region } = this.#parts;
    this.#abandoned.abort(
      new CausewayError('CW-4003', `${region}: a write was given up at the stop`, { region }),
    );
  }

  /** Ends the connections once everything called before has settled. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#last.values());
    for (const leader of this.#leaders.values()) leader.end('the writer is closed');
  }

  #writeBatch(topic: LedgerTopic, batch: readonly PlainEntry[]): Promise<bigint> {
    const { clock, random, region, giveUpMs = giveUpMsDefault } = this.#parts;
    const leader = this.#leaders.get(topic);
    invariant(leader !== undefined, `${topic} is no ledger topic`);
    return keepTrying(
      { clock, random, giveUpMs, signal: this.#abandoned.signal },
      (over) => this.#produce(leader, batch, over),
      (last, tries) => {
        leader.drop('a write was given up');
        const why = describeError(last);
        const text = `${region}: a write to ${topic} was not acknowledged in ${triesText(tries)}: ${why}`;
        return new CausewayError('CW-4003', text, { region, topic, tries }, last);
      },
    );
  }

  async #produce(leader: TopicLeader, batch: readonly PlainEntry[], over: AbortSignal): Promise<bigint> {
    try {
      const { connection, topicId } = await leader.find();
      // Another write may have begun meanwhile: one that comes after it would undo it.
      over.throwIfAborted();
      const { topic } = leader;
      const records = encodeEntries(batch, this.#parts.clock.wallMs());
      const topics = [{ topic, topicId, partitions: [{ partition: 0, records }] }];
      const response = await connection.produce({ acks: -1, timeoutMs: produceWaitMs, topics });
      const answer = response.partitions[0];
      if (answer === undefined || answer.errorCode !== kafkaError.NONE) {
        throw leader.refusal(answer?.errorCode ?? -1, 'Produce', answer?.errorMessage);
      }
      this.#parts.onWritten?.(batch.length);
      return answer.baseOffset + BigInt(batch.length - 1);
    } catch (error) {
      if (!over.aborted) leader.drop('writing failed');
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
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const entryBytes = Buffer.byteLength(entry.key) + Buffer.byteLength(entry.value ?? '');
    if (bytes + entryBytes > batchBytesMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(entry);
    bytes += entryBytes;
  }
  return batches;
}
