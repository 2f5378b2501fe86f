// The ledger of one region, followed: after the first look only what is new is read. For commands that look
// again and again, from wherever they run.
import type { CausewayError } from '../../base/errors.ts';
import { type LedgerChange, type LedgerSnapshot, LedgerTable } from '../../ledger/changes.ts';
import type { LedgerListener } from '../../ledger/follower.ts';
import type { LedgerTopic } from '../../ledger/topic-names.ts';

/** What is needed of a LedgerReader. */
export interface Followable {
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

  /** What the topic holds now. Waits for its end the first time; throws while it cannot be read. */
  snapshot<T extends LedgerTopic>(topic: T): Promise<LedgerSnapshot<T>> {
    const followed = this.#topics.get(topic) ?? this.#begin(topic);
    return (followed as FollowedTopic<T>).now();
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

type Sight =
  | { readonly is: 'reading' }
  | { readonly is: 'read'; readonly endOffset: bigint }
  | { readonly is: 'failed'; readonly error: unknown };

class FollowedTopic<T extends LedgerTopic> implements LedgerListener<T> {
  readonly #topic: T;
  #table: LedgerTable<T>;
  #sight: Sight = { is: 'reading' };
  #settled = Promise.withResolvers<void>();

  constructor(topic: T) {
    this.#topic = topic;
    this.#table = new LedgerTable(topic);
  }

  async now(): Promise<LedgerSnapshot<T>> {
    // Once is not enough: the log may have been replaced between the end and this look.
    while (this.#sight.is === 'reading') await this.#settled.promise;
    const sight: Sight = this.#sight;
    if (sight.is === 'failed') throw sight.error;
    return this.#table.snapshot(0n, sight.endOffset);
  }

  onChange(change: LedgerChange<T>): void {
    this.#table.apply(change);
  }

  onCaughtUp(endOffset: bigint): void {
    this.#settle({ is: 'read', endOffset });
  }

  onReset(): void {
    this.#table = new LedgerTable(this.#topic);
    if (this.#sight.is !== 'reading') this.#settled = Promise.withResolvers<void>();
    this.#sight = { is: 'reading' };
  }

  onTrouble(error: CausewayError): void {
    this.#settle({ is: 'failed', error });
  }

  /** What nobody expected: told to whoever looks next. */
  fail(error: unknown): void {
    this.#settle({ is: 'failed', error });
  }

  #settle(sight: Sight): void {
    this.#sight = sight;
    this.#settled.resolve();
  }
}
