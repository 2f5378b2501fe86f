// What a reader of the ledger tells: one change per record, and the table that they add up to.
import { decodeRecord } from './codec.ts';
import type { FetchedRecords } from './fetched-records.ts';
import type { RawRecord } from './record-batch.ts';
import { isCompacted, type LedgerRecords, type LedgerTopic } from './topic-names.ts';

interface Place {
  readonly offset: bigint;
}

export interface LedgerPut<T extends LedgerTopic> extends Place {
  readonly is: 'record';
  readonly key: string;
  readonly record: LedgerRecords[T];
}

/** A record that this program does not understand: it is left alone. */
export interface LeftAlone extends Place {
  readonly is: 'newer' | 'malformed';
  readonly key: string | undefined;
  /** A sentence for a person. */
  readonly why: string;
}

export type LedgerChange<T extends LedgerTopic> =
  | LedgerPut<T>
  | (Place & { readonly is: 'tombstone'; readonly key: string })
  | LeftAlone;

export interface LedgerSnapshot<T extends LedgerTopic> {
  readonly topic: T;
  /** In the order of the log: the last one of each key, or all of them for the generations. */
  readonly entries: readonly LedgerPut<T>[];
  readonly leftAlone: readonly LeftAlone[];
  readonly startOffset: bigint;
  /** Everything below has been read. */
  readonly endOffset: bigint;
}

/** The records of a snapshot without their places. */
export const recordsIn = <T extends LedgerTopic>(snapshot: LedgerSnapshot<T>): readonly LedgerRecords[T][] =>
  snapshot.entries.map(({ record }) => record);

/**
 * The changes in fetched records, in the order of the log. Records of keys that are not `wanted` are passed
 * over unread: most of what is in a ledger is what workers report.
 */
export function changesOf<T extends LedgerTopic>(
  topic: T,
  fetched: FetchedRecords,
  wanted: (key: string) => boolean = () => true,
): LedgerChange<T>[] {
  const records = fetched.records.filter(({ key }) => key === undefined || wanted(key));
  const changes: LedgerChange<T>[] = records.map((raw) => changeOf(topic, raw));
  for (const { offset, why } of fetched.badBatches) {
    const text = `the batch at ${offset} of ${topic} cannot be read: ${why}`;
    changes.push({ is: 'malformed', key: undefined, offset, why: text });
  }
  return changes.sort((a, b) => (a.offset < b.offset ? -1 : 1));
}

function changeOf<T extends LedgerTopic>(topic: T, { offset, key, value }: RawRecord): LedgerChange<T> {
  const at = `record ${offset} of ${topic}`;
  if (key === undefined) return { is: 'malformed', key, offset, why: `${at} has no key` };
  if (value === undefined) return { is: 'tombstone', key, offset };
  const decoded = decodeRecord(topic, key, value);
  switch (decoded.is) {
    case 'record':
      return { is: 'record', key, offset, record: decoded.record };
    case 'newer': {
      const why = `${at} is ${decoded.kind}, version ${decoded.version}: newer than this program`;
      return { is: 'newer', key, offset, why };
    }
    case 'malformed':
      return { is: 'malformed', key, offset, why: `${at} is left alone: ${decoded.why}` };
  }
}

/** Adds changes up. */
export class LedgerTable<T extends LedgerTopic> {
  readonly #topic: T;
  readonly #entries = new Map<string, LedgerPut<T>>();
  readonly #leftAlone = new Map<string, LeftAlone>();

  constructor(topic: T) {
    this.#topic = topic;
  }

  apply(change: LedgerChange<T>): void {
    // Of the generations every record counts, so each has a place of its own.
    const place = isCompacted(this.#topic) && change.key !== undefined ? change.key : `@${change.offset}`;
    this.#entries.delete(place);
    this.#leftAlone.delete(place);
    if (change.is === 'record') this.#entries.set(place, change);
    else if (change.is !== 'tombstone') this.#leftAlone.set(place, change);
  }

  clear(): void {
    this.#entries.clear();
    this.#leftAlone.clear();
  }

  snapshot(startOffset: bigint, endOffset: bigint): LedgerSnapshot<T> {
    const entries = [...this.#entries.values()];
    const leftAlone = [...this.#leftAlone.values()];
    return { topic: this.#topic, entries, leftAlone, startOffset, endOffset };
  }
}
