// Whether both sides agree on the latest record of each key that is in question: the second reading of a
// compacted partition. See docs/design/verify.md, "Where a cleaner runs".
import { type ShiftSegments, sourceFrom, sourceOf, targetOf } from '../../base/shift-segments.ts';
import type { BatchSource } from './batch-source.ts';
import type { Differences } from './differences.ts';
import { hashOfKey, KeyTable, keysAtOnceMax } from './key-table.ts';
import { decodeRecords, type PlainRecord, UndecodableBatch } from './records.ts';
import type { SuspectKeys } from './suspect-keys.ts';

/** Where both logs end; the target was asked first. Each by its own offsets. */
export interface LogEnds {
  readonly target: bigint;
  readonly source: bigint;
}

/** Both logs, to be read as often as it takes. */
export interface KeyedLogs {
  ends(): Promise<LogEnds>;
  /** From the first compared offset to the end; called again only after `close`. */
  read(side: 'source' | 'target', ends: LogEnds): BatchSource & { close(): void };
}

export interface KeyJudgement {
  readonly logs: KeyedLogs;
  readonly segments: ShiftSegments;
  /** The first source offset that was compared. */
  readonly from: bigint;
  readonly keysMax?: number | undefined;
  /** Told the bytes of each batch of the target. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** How often keys that differ are looked at again while the logs grow. */
export const keyRoundsMax = 3;
const hashesEnd = 2 ** 32;

/** Adds to `differences` each key of which the latest record is not on both sides. */
export async function judgeKeys(
  judgement: KeyJudgement,
  suspects: SuspectKeys,
  differences: Differences,
): Promise<void> {
  if (!suspects.any) return;
  if (suspects.table !== undefined) {
    const reading = new KeyReading(judgement, suspects.table, undefined);
    return reading.judge(differences);
  }
  for (let low = 0; low < hashesEnd; ) {
    const range = { low, end: hashesEnd };
    const table = new KeyTable(judgement.from, judgement.keysMax ?? keysAtOnceMax);
    await new KeyReading(judgement, table, range).judge(differences);
    low = range.end;
  }
}

/** Keys by the upper half of their hash; `end` sinks when there are too many. */
interface HashRange {
  readonly low: number;
  end: number;
}

class KeyReading {
  readonly #judgement: KeyJudgement;
  readonly #table: KeyTable;
  /** Keys to take in as they are met; undefined: only those that the table holds. */
  #taken: HashRange | undefined;
  /** Below this source offset one side has been trimmed meanwhile. */
  #trimmedTo = 0n;
  #isSourceDamaged = false;

  constructor(judgement: KeyJudgement, table: KeyTable, taken: HashRange | undefined) {
    this.#judgement = judgement;
    this.#table = table;
    this.#taken = taken;
  }

  async judge(differences: Differences): Promise<void> {
    let ends = await this.#judgement.logs.ends();
    for (let round = 1; ; round += 1) {
      this.#table.forgetPlaces();
      await this.#read('target', ends);
      await this.#read('source', ends);
      this.#table.keepIf((slot) => this.#unsettled(slot));
      this.#taken = undefined;
      if (this.#table.size === 0) return;
      // A cleaner goes by records that may have come after these ends.
      const later = await this.#judgement.logs.ends();
      if (round === keyRoundsMax || (later.source === ends.source && later.target === ends.target)) break;
      ends = later;
    }
    this.#report(differences);
  }

  async #read(side: 'source' | 'target', ends: LogEnds): Promise<void> {
    const log = this.#judgement.logs.read(side, ends);
    const end = sourceFrom(this.#judgement.segments, ends.target);
    try {
      for (let batch = await log.next(); batch !== undefined; batch = await log.next()) {
        if (side === 'target') this.#judgement.onBytes?.(batch.bytes.length);
        if (batch.aborted) continue;
        for (const record of this.#decode(side, batch.bytes)) this.#note(side, record, end);
      }
    } finally {
      log.close();
    }
    const { segments } = this.#judgement;
    const trimmedTo = side === 'source' ? log.trimmedTo : sourceFrom(segments, log.trimmedTo);
    if (trimmedTo > this.#trimmedTo) this.#trimmedTo = trimmedTo;
  }

  /** A batch that cannot be decoded was told by the comparison already. */
  #decode(side: 'source' | 'target', bytes: Buffer): readonly PlainRecord[] {
    try {
      return decodeRecords(bytes);
    } catch (thrown) {
      if (!(thrown instanceof UndecodableBatch)) throw thrown;
      if (side === 'source') this.#isSourceDamaged = true;
      return [];
    }
  }

  #note(side: 'source' | 'target', record: PlainRecord, end: bigint): void {
    const { segments, from } = this.#judgement;
    if (record.key === undefined) return;
    const at = side === 'source' ? record.offset : sourceOf(segments, record.offset);
    if (at === undefined || at < from) return;
    const slot = this.#slotOf(record.key);
    if (slot === undefined) return;
    if (at >= end && side === 'source') this.#table.noteLater(slot);
    if (at < end) this.#table.note(slot, side, { at, isTombstone: record.value === undefined });
  }

  #slotOf(key: Buffer): number | undefined {
    const taken = this.#taken;
    const known = hashOfKey(key);
    if (taken === undefined) return this.#table.find(known);
    for (;;) {
      if (known.high < taken.low || known.high >= taken.end) return undefined;
      const slot = this.#table.add(known);
      if (slot !== undefined) return slot;
      if (taken.end - taken.low <= 1) throw new RangeError('one half of a hash is that of too many keys');
      // Too many: the upper half of the range is left to the next reading.
      taken.end = taken.low + Math.ceil((taken.end - taken.low) / 2);
      this.#table.keepIf((each) => this.#table.highOf(each) < taken.end);
    }
  }

  /** Whether the sides disagree on the latest record of a key. */
  #unsettled(slot: number): boolean {
    const [theirs, mine] = [this.#table.lastOf(slot, 'source'), this.#table.lastOf(slot, 'target')];
    if (theirs?.at === mine?.at) return false;
    // A tombstone is as good as none: one cleaner may be done with it.
    const isGone = (last: typeof mine) => last === undefined || last.isTombstone;
    if (isGone(theirs) && isGone(mine)) return false;
    const isExtra = mine !== undefined && (theirs === undefined || theirs.at < mine.at);
    if (isExtra && this.#table.isLater(slot)) return false;
    const at = isExtra ? mine.at : (theirs?.at ?? 0n);
    return at >= this.#trimmedTo;
  }

  #report(differences: Differences): void {
    const missing: bigint[] = [];
    const extra: bigint[] = [];
    for (const slot of this.#table.slots()) {
      const [theirs, mine] = [this.#table.lastOf(slot, 'source'), this.#table.lastOf(slot, 'target')];
      if (mine !== undefined && (theirs === undefined || theirs.at < mine.at)) extra.push(mine.at);
      else if (theirs !== undefined) missing.push(theirs.at);
    }
    const untold = (offsets: bigint[]) => offsets.filter((at) => !isTold(differences, 'different', at));
    for (const at of inOrder(untold(missing))) {
      differences.add({ kind: 'missing', from: at, to: at + 1n, detail: 'the latest record of its key' });
    }
    for (const at of inOrder(untold(extra))) {
      if (this.#isSourceDamaged) {
        const detail = 'its key may be in a batch of the source that cannot be decoded';
        differences.add({ kind: 'not-comparable', from: at, to: at + 1n, detail });
        continue;
      }
      const from = targetOf(this.#judgement.segments, at) ?? at;
      if (isTold(differences, 'aborted', from)) continue;
      differences.add({
        kind: 'extra',
        from,
        to: from + 1n,
        detail: 'the source has no such record of its key',
      });
    }
  }
}

/** Whether an offset was told by the comparison already: aborted at the target, or another record there. */
const isTold = ({ kept }: Differences, kindTold: 'aborted' | 'different', at: bigint) =>
  kept.some(({ kind, from, to }) => kind === kindTold && from <= at && at < to);

const inOrder = (offsets: bigint[]) => offsets.sort((a, b) => (a < b ? -1 : 1));
