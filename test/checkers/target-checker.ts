// A target's log is a prefix of the source's committed history: the same batches at the same offsets, each
// once.
import type { CommittedHistory } from './committed-history.ts';
import { type BatchView, canonicalBytes, type LogView, rangeText, Violation } from './log-view.ts';

const headerBytes = 61;

export class TargetChecker {
  readonly #name: string;
  readonly #history: CommittedHistory;
  #checked = 0;
  #truncations = 0;
  /** Payloads seen in this log and where; the worlds never write the same payload twice at the source. */
  #payloads = new Map<string, bigint>();

  constructor(name: string, history: CommittedHistory) {
    this.#name = name;
    this.#history = history;
  }

  /** Looks at what has come since the last look. Throws Violation. */
  look(log: LogView): void {
    if (log.truncations !== this.#truncations || log.batches.length < this.#checked) {
      this.#truncations = log.truncations;
      this.#checked = 0;
      this.#payloads = new Map();
    }
    for (; this.#checked < log.batches.length; this.#checked += 1) {
      this.#checkBatch(log.batches[this.#checked] as BatchView);
    }
  }

  #checkBatch(batch: BatchView): void {
    const range = rangeText(batch);
    const payload = batch.bytes.toString('latin1', headerBytes);
    const before = this.#payloads.get(payload);
    if (before !== undefined) {
      throw new Violation(`${this.#name}: records written twice, at ${before} and at ${range}`);
    }
    this.#payloads.set(payload, batch.baseOffset);
    const original = this.#history.at(batch.baseOffset);
    if (original === undefined) {
      const end = this.#history.end;
      throw new Violation(`${this.#name}: holds ${range}; the source has no such batch (it ends at ${end})`);
    }
    if (!original.canonical.equals(canonicalBytes(batch.bytes))) {
      throw new Violation(`${this.#name}: other bytes at ${range} than the source`);
    }
  }
}
