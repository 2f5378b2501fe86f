// A log's sparse index from offsets to byte positions. Clients see it in one place only: how far the list of
// aborted transactions of a fetch answer reaches (Kafka's LogSegment, OffsetIndex.fetchUpperBoundOffset).

/** `index.interval.bytes`. */
const intervalBytes = 4_096;

export class OffsetIndex {
  #entries: { readonly offset: bigint; readonly position: number }[] = [];
  #sinceEntry = 0;

  /** A batch of `bytes` bytes that ends at `lastOffset` was appended at byte `position`. */
  appended(lastOffset: bigint, position: number, bytes: number): void {
    if (this.#sinceEntry > intervalBytes) {
      this.#entries.push({ offset: lastOffset, position });
      this.#sinceEntry = 0;
    }
    this.#sinceEntry += bytes;
  }

  /** The first indexed offset at or behind byte `position`; undefined where there is none. */
  boundFrom(position: number): bigint | undefined {
    // Kafka's search passes over the very first entry where it is met exactly (AbstractIndex.binarySearch).
    if (this.#entries[0]?.position === position) return this.#entries[1]?.offset;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.position ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low]?.offset;
  }

  /** A broker that has started does not remember how long ago the last entry was. */
  reopened(): void {
    this.#sinceEntry = 0;
  }

  truncate(logEnd: bigint): void {
    this.#entries = this.#entries.filter(({ offset }) => offset < logEnd);
    this.#sinceEntry = 0;
  }

  clear(): void {
    this.#entries = [];
    this.#sinceEntry = 0;
  }
}
