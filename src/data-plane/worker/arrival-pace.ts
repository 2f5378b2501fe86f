// How fast the end of a source partition moves, from what fetch answers showed of it. It tells how far an
// answer that is still under way will reach at least.

interface Seen {
  readonly atMs: number;
  readonly end: number;
}

export class ArrivalPace {
  readonly #keptMs: number;
  /** Oldest first. */
  readonly #seen: Seen[] = [];
  /** Ends are kept as distances from the first one. */
  #origin: bigint | undefined;

  /** Looks back for `keptMs`. */
  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** When the end was last seen; undefined before. */
  get seenAtMs(): number | undefined {
    return this.#seen.at(-1)?.atMs;
  }

  /** The end was at offset `end` when an answer showed it at `atMs`. */
  saw(end: bigint, atMs: number): void {
    this.#origin ??= end;
    const distance = Number(end - this.#origin);
    while (this.#seen.length > 0 && atMs - (this.#seen[0] as Seen).atMs > this.#keptMs) this.#seen.shift();
    if (this.seenAtMs === atMs) this.#seen.pop();
    this.#seen.push({ atMs, end: distance });
  }

  /** Offsets that have come at least in every stretch of `forMs` lately; 0 while that is not known. */
  leastGrowth(forMs: number): number {
    const last = this.#seen.at(-1);
    if (last === undefined || forMs <= 0) return 0;
    let least = Number.POSITIVE_INFINITY;
    let after = 0;
    for (const from of this.#seen) {
      const toMs = from.atMs + forMs;
      // So short that adding it changes nothing.
      if (toMs <= from.atMs) return 0;
      if (toMs > last.atMs) break;
      while ((this.#seen[after] as Seen).atMs < toMs) after += 1;
      least = Math.min(
        least,
        endBetween(this.#seen[after - 1] as Seen, this.#seen[after] as Seen, toMs) - from.end,
      );
    }
    return Number.isFinite(least) ? Math.max(0, Math.floor(least)) : 0;
  }
}

const endBetween = (before: Seen, after: Seen, atMs: number): number =>
  before.end + ((after.end - before.end) * (atMs - before.atMs)) / (after.atMs - before.atMs);
