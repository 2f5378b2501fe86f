// The records that a source has ever committed, one by one: what a compacted copy is held to, since batches
// and single records go from both logs.
import type { CommittedHistory } from './committed-history.ts';
import { readRecords, type RecordView } from './record-view.ts';

export class CommittedRecords {
  readonly #history: CommittedHistory;
  #records: RecordView[] = [];
  readonly #byIdentity = new Map<string, RecordView>();
  /** The last record of each key. */
  readonly #latest = new Map<string, RecordView>();
  #batches = 0;

  constructor(history: CommittedHistory) {
    this.#history = history;
  }

  find(identity: string): RecordView | undefined {
    this.#catchUp();
    return this.#byIdentity.get(identity);
  }

  isSuperseded({ key, offset }: RecordView): boolean {
    this.#catchUp();
    return (this.#latest.get(key)?.offset ?? -1n) > offset;
  }

  /** Those from `from` on, before `to`. */
  between(from: bigint, to: bigint): readonly RecordView[] {
    this.#catchUp();
    return this.#records.slice(this.#indexFrom(from), this.#indexFrom(to));
  }

  get latest(): Iterable<RecordView> {
    this.#catchUp();
    return this.#latest.values();
  }

  #catchUp(): void {
    const { batches } = this.#history;
    for (; this.#batches < batches.length; this.#batches += 1) {
      for (const record of readRecords(batches[this.#batches]?.bytes ?? Buffer.alloc(0))) {
        this.#records.push(record);
        this.#byIdentity.set(record.identity, record);
        this.#latest.set(record.key, record);
      }
    }
  }

  #indexFrom(offset: bigint): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] as RecordView).offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
