// The ledger of one region, followed: after the first look only what is new is read. For commands that look
// again and again, from wherever they run.
import { type LedgerChange, type LedgerSnapshot, LedgerTable } from '../../ledger/changes.ts';
import type { LedgerListener } from '../../ledger/follower.ts';
import type { LedgerTopic } from '../../ledger/topic-names.ts';

/** What is needed of a LedgerReader. */
export interface Followable {
  snapshot<T extends LedgerTopic>(topic: T, signal?: AbortSignal): Promise<LedgerSnapshot<T>>;
  follow<T extends LedgerTopic>(topic: T, listener: LedgerListener<T>, signal: AbortSignal): Promise<void>;
}

export class FollowedLedger {
  readonly #reader: Followable;
  readonly #ended = new AbortController();
  readonly #topics = new Map<LedgerTopic, FollowedTopic<LedgerTopic>>();
  readonly #loops: Promise<void>[] = [];

  constructor(reader: Followable) {
    this.#reader = reader;
  }

  /** What the topic holds now: as followed, or read anew while following has not come to its end. */
  async snapshot<T extends LedgerTopic>(topic: T, signal?: AbortSignal): Promise<LedgerSnapshot<T>> {
    const followed = this.#topics.get(topic) ?? this.#begin(topic);
    // Following an empty topic takes a long poll to find out that it is empty; a snapshot tells at once, and
    // it is the one that tries again, too, where there is trouble.
    return (followed as FollowedTopic<T>).now() ?? this.#reader.snapshot(topic, signal);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#loops);
  }

  #begin<T extends LedgerTopic>(topic: T): FollowedTopic<T> {
    const followed = new FollowedTopic(topic);
    this.#topics.set(topic, followed);
    const loop = this.#reader.follow(topic, followed, this.#ended.signal);
    this.#loops.push(loop.catch((error: unknown) => followed.fail(error)));
    return followed;
  }
}

class FollowedTopic<T extends LedgerTopic> implements LedgerListener<T> {
  readonly #topic: T;
  #table: LedgerTable<T>;
  /** Everything below has been told; undefined until the end was seen, and while there is trouble. */
  #endOffset: bigint | undefined;
  #defect: { readonly error: unknown } | undefined;

  constructor(topic: T) {
    this.#topic = topic;
    this.#table = new LedgerTable(topic);
  }

  /** Undefined where it is not known. Throws what ended following, if anything has. */
  now(): LedgerSnapshot<T> | undefined {
    if (this.#defect !== undefined) throw this.#defect.error;
    return this.#endOffset === undefined ? undefined : this.#table.snapshot(0n, this.#endOffset);
  }

  onChange(change: LedgerChange<T>): void {
    this.#table.apply(change);
  }

  onCaughtUp(endOffset: bigint): void {
    this.#endOffset = endOffset;
  }

  onReset(): void {
    this.#table = new LedgerTable(this.#topic);
    this.#endOffset = undefined;
  }

  onTrouble(): void {
    this.#endOffset = undefined;
  }

  /** What nobody expected: told to whoever looks next. */
  fail(error: unknown): void {
    this.#defect = { error };
  }
}
