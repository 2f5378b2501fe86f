// Where each leader epoch begins in one log (Kafka's LeaderEpochFileCache, KIP-101 and KIP-279).

export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: bigint;
}

export class EpochStarts {
  /** Ascending by epoch and by offset. */
  #starts: { epoch: number; startOffset: bigint }[] = [];

  get latest(): number {
    return this.#starts.at(-1)?.epoch ?? -1;
  }

  /** `epoch` begins at `startOffset`; later or further entries were of a log that is gone. */
  assign(epoch: number, startOffset: bigint): void {
    if (epoch <= this.latest && this.#starts.some((each) => each.epoch === epoch)) return;
    this.#starts = this.#starts.filter((each) => each.epoch < epoch && each.startOffset < startOffset);
    this.#starts.push({ epoch, startOffset });
  }

  /** Drops what lies at or beyond a truncated log end. */
  truncate(logEnd: bigint): void {
    this.#starts = this.#starts.filter((each) => each.startOffset < logEnd);
  }

  /** The log start moved: what began before it begins there now. */
  moveStart(logStart: bigint): void {
    const below = this.#starts.filter((each) => each.startOffset <= logStart).at(-1);
    this.#starts = this.#starts.filter((each) => each.startOffset > logStart);
    if (below !== undefined) this.#starts.unshift({ epoch: below.epoch, startOffset: logStart });
  }

  /** The largest epoch of at most `epoch` and where it ends; undefined for an epoch not yet reached. */
  endOf(epoch: number, logEnd: bigint): EpochEnd | undefined {
    if (epoch < 0) return undefined;
    if (epoch === this.latest) return { epoch, endOffset: logEnd };
    const higher = this.#starts.find((each) => each.epoch > epoch);
    if (higher === undefined) return undefined;
    const floor = this.#starts.filter((each) => each.epoch <= epoch).at(-1);
    return { epoch: floor?.epoch ?? epoch, endOffset: higher.startOffset };
  }

  /** The epoch under which the record at the log's start was written; -1 where unknown. */
  atStart(logStart: bigint): number {
    const first = this.#starts[0];
    return first !== undefined && first.startOffset <= logStart ? first.epoch : -1;
  }
}
