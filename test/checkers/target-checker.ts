// A target's log is a prefix of the source's committed history: the same batches, each once, in order, at the
// same offsets less the shift; everything else in it is a filler, and stands for a hole.
import type { CommittedHistory } from './committed-history.ts';
import { type BatchView, canonicalBytes, type LogView, rangeText, Violation } from './log-view.ts';
import { isNullBatch } from './null-batch.ts';
import { StartInForce } from './start-in-force.ts';
import type { ToldStart } from './told-shifts.ts';

const headerBytes = 61;
const controlBit = 0x20;

export interface TargetRules {
  /** Whether records may stand behind their offsets, after fillers that landed too many. */
  readonly mayShift: boolean;
  /** Whether there is a reason now for which one filler too many may land; always unless given. */
  readonly mayBeExtra?: () => boolean;
  /** Where the copy begins, by the ledger; undefined: at offset 0. */
  readonly start?: () => ToldStart | undefined;
}

export class TargetChecker {
  readonly #name: string;
  readonly #history: CommittedHistory;
  readonly #rules: TargetRules;
  readonly #startInForce: StartInForce;
  #checked = 0;
  #truncations = 0;
  /** Payloads seen in this log and where; the worlds never write the same payload twice at the source. */
  #payloads = new Map<string, bigint>();
  /** Source offset behind the last data, and target offset less source offset of it. */
  #passed = 0n;
  #shift = 0n;
  /** The shift that the copy began with, and the target offset from which on there is data. */
  #firstShift = 0n;
  #dataFrom = 0n;

  constructor(name: string, history: CommittedHistory, rules: TargetRules = { mayShift: false }) {
    this.#name = name;
    this.#history = history;
    this.#rules = rules;
    this.#startInForce = new StartInForce(rules.start);
  }

  /** Target offset less source offset of the last data. */
  get shift(): bigint {
    return this.#shift;
  }

  /** Whether all that the source has committed is there. */
  get isWhole(): boolean {
    return this.#history.after(this.#passed) === undefined;
  }

  /** Looks at what has come since the last look. Throws Violation. */
  look(log: LogView): void {
    if (log.truncations !== this.#truncations || log.batches.length < this.#checked) {
      this.#truncations = log.truncations;
      this.#checked = 0;
      this.#payloads = new Map();
      this.#passed = 0n;
      this.#shift = 0n;
    }
    const start = this.#startInForce.of(log);
    if (start !== undefined && this.#passed < start.firstOffset) this.#begin(start);
    for (; this.#checked < log.batches.length; this.#checked += 1) {
      const batch = log.batches[this.#checked] as BatchView;
      if ((batch.bytes.readInt16BE(21) & controlBit) !== 0) this.#checkFiller(batch);
      else if (start?.way === 'prefix' && batch.baseOffset < start.firstOffset)
        this.#checkPrefix(batch, start);
      else this.#checkBatch(batch, log.start);
    }
  }

  /** Nothing of the source before it is copied. */
  #begin({ way, firstOffset }: ToldStart): void {
    this.#passed = firstOffset;
    this.#firstShift = way === 'prefix' ? 0n : -firstOffset;
    this.#dataFrom = way === 'prefix' ? firstOffset : 0n;
    this.#shift = this.#firstShift;
  }

  #checkPrefix(batch: BatchView, { firstOffset, timestampMs }: ToldStart): void {
    if (batch.lastOffset < firstOffset && isNullBatch(batch.bytes, BigInt(timestampMs))) return;
    throw new Violation(`${this.#name}: ${rangeText(batch)} is no prefix of what begins at ${firstOffset}`);
  }

  #checkFiller(batch: BatchView): void {
    const { mayShift, mayBeExtra = () => true } = this.#rules;
    const { stableEnd } = this.#history;
    const record = this.#history.holding(batch.baseOffset - this.#shift);
    if (record === undefined && batch.lastOffset - this.#shift < stableEnd) return;
    if (mayShift && mayBeExtra()) return;
    const there = record === undefined ? `it is certain up to ${stableEnd}` : `it holds ${rangeText(record)}`;
    throw new Violation(`${this.#name}: a filler at ${rangeText(batch)} is no hole of the source: ${there}`);
  }

  #checkBatch(batch: BatchView, logStart: bigint): void {
    const range = rangeText(batch);
    if (logStart < this.#dataFrom) {
      throw new Violation(`${this.#name}: holds ${range}, and its prefix is not trimmed`);
    }
    const payload = batch.bytes.toString('latin1', headerBytes);
    const before = this.#payloads.get(payload);
    if (before !== undefined) {
      throw new Violation(`${this.#name}: records written twice, at ${before} and at ${range}`);
    }
    this.#payloads.set(payload, batch.baseOffset);
    const original = this.#rules.mayShift
      ? this.#history.after(this.#passed)
      : this.#history.at(batch.baseOffset - this.#firstShift);
    if (original === undefined) {
      const end = this.#history.stableEnd;
      throw new Violation(`${this.#name}: holds ${range}; the source has no such batch (it ends at ${end})`);
    }
    if (!original.canonical.equals(canonicalBytes(batch.bytes))) {
      throw new Violation(`${this.#name}: other bytes at ${range} than the source at ${rangeText(original)}`);
    }
    const skipped = this.#history.after(this.#passed);
    if (skipped !== undefined && skipped.baseOffset < original.baseOffset) {
      throw new Violation(`${this.#name}: holds ${range}, and not ${rangeText(skipped)} of the source`);
    }
    this.#passed = original.lastOffset + 1n;
    this.#shift = batch.baseOffset - original.baseOffset;
    if (this.#shift < this.#firstShift)
      throw new Violation(`${this.#name}: ${rangeText(original)} stands at ${range}`);
  }
}
