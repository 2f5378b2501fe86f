// A compacted copy: each record of the target's log is one of the source, at its offset less the shift, once
// and in order; what is left out in between has a later record of its key at the source.
import type { CommittedRecords } from './committed-records.ts';
import { type BatchView, type LogView, Violation } from './log-view.ts';
import { readRecords, type RecordView } from './record-view.ts';
import { StartInForce } from './start-in-force.ts';
import { type ToldShift, toldShiftAt, type ToldStart } from './told-shifts.ts';

const controlBit = 0x20;
const codecBits = 7;

export interface CompactedRules {
  /** Where the copy begins, once that is decided. */
  readonly start?: () => ToldStart | undefined;
  /** Retention deleted it at the source before it was copied, and the ledger says so. */
  readonly isLost: (sourceOffset: bigint) => boolean;
}

export class CompactedChecker {
  readonly #name: string;
  readonly #committed: CommittedRecords;
  readonly #rules: CompactedRules;
  readonly #startInForce: StartInForce;
  #start: ToldStart | undefined;
  #end = 0n;
  #truncations = 0;
  /** Source offset behind the last record. */
  #passed = 0n;

  constructor(name: string, committed: CommittedRecords, rules: CompactedRules) {
    this.#name = name;
    this.#committed = committed;
    this.#rules = rules;
    this.#startInForce = new StartInForce(rules.start);
  }

  /** Looks at what has come since the last look, or at all where something has gone. Throws Violation. */
  look(log: LogView): void {
    if (log.truncations !== this.#truncations) {
      this.#truncations = log.truncations;
      this.#end = 0n;
      this.#passed = 0n;
    }
    if (log.end === this.#end) return;
    this.#start = this.#startInForce.of(log);
    const first = log.batches.findLastIndex(({ lastOffset }) => lastOffset < this.#end) + 1;
    for (const batch of log.batches.slice(first)) {
      if (isCompressed(batch)) this.#mustBePrefix(batch);
      for (const record of recordsOf(batch)) this.#check(record);
    }
    this.#end = log.end;
  }

  /** What was filled before the topic was compacted; nothing else is compressed here. */
  #mustBePrefix({ lastOffset }: BatchView): void {
    const { firstOffset = 0n, way } = this.#start ?? {};
    if (way === 'prefix' && lastOffset < firstOffset) return;
    throw new Violation(`${this.#name}: what fills a prefix reaches up to ${lastOffset}`);
  }

  #check(record: RecordView): void {
    const original = this.#committed.find(record.identity);
    const at = `${this.#name}: ${record.identity} at ${record.offset}`;
    if (original === undefined) throw new Violation(`${at} is no committed record of the source`);
    if (original.offset < this.#passed) {
      throw new Violation(`${at}, ${original.offset} of the source, comes behind ${this.#passed - 1n}`);
    }
    const { firstOffset: begins = 0n, way } = this.#start ?? {};
    const ahead = record.offset - original.offset + (way === 'shifted' ? begins : 0n);
    if (ahead < 0n) throw new Violation(`${at} is ${original.offset} at the source`);
    if (original.offset < begins) throw new Violation(`${at} lies before ${begins}, where the copy begins`);
    const from = this.#passed < begins ? begins : this.#passed;
    for (const skipped of this.#committed.between(from, original.offset)) {
      if (this.#committed.isSuperseded(skipped) || this.#rules.isLost(skipped.offset)) continue;
      throw new Violation(`${at} is there, and not ${skipped.identity}, ${skipped.offset} of the source`);
    }
    this.#passed = original.offset + 1n;
  }
}

/** By source offset. */
interface WholeRules {
  readonly isMissing: (offset: bigint) => boolean;
  /** How what stands there is shifted need not be known. */
  readonly isUnknown: (offset: bigint) => boolean;
  /** Whether the source has nothing left from one offset up to and with another: nobody can tell them. */
  readonly areAlike: (from: bigint, to: bigint) => boolean;
}

/** The last record of each key is there, and the ledger knows how each is shifted. Throws Violation. */
export function checkWhole(
  name: string,
  log: LogView,
  committed: CommittedRecords,
  shifts: readonly ToldShift[],
  { isMissing, isUnknown, areAlike }: WholeRules,
): void {
  const there = new Map(
    log.batches.flatMap(recordsOf).map((record) => [record.identity, record.offset] as const),
  );
  for (const { identity, offset } of committed.latest) {
    if (!isMissing(offset) && !there.has(identity))
      throw new Violation(`${name}: ${identity}, ${offset} of the source, is missing`);
  }
  for (const [identity, offset] of there) {
    const original = committed.find(identity)?.offset ?? offset;
    if (isUnknown(original)) continue;
    const shift = offset - original;
    const told = toldShiftAt(shifts, offset);
    const place = offset - told;
    if (place === original || areAlike(min(place, original), max(place, original))) continue;
    throw new Violation(`${name}: ${offset} is shifted by ${shift}, the ledger says ${told}`);
  }
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const isCompressed = ({ bytes }: BatchView): boolean => (bytes.readInt16BE(21) & codecBits) !== 0;

const recordsOf = (batch: BatchView): RecordView[] => {
  const isControl = (batch.bytes.readInt16BE(21) & controlBit) !== 0;
  return isControl || isCompressed(batch) ? [] : readRecords(batch.bytes);
};
