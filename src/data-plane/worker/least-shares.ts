// What each class gets at least while others come before it: a twentieth of what the link carries. A set
// that gets nothing cannot be told from one that has stopped, and a twentieth costs the others little.
import type { Asker } from './fetch-class.ts';
import type { SteeringLimits } from './limits.ts';

interface Share {
  bytes: number;
  /** Of turns under way. */
  outBytes: number;
}

export class LeastShares {
  readonly #limits: SteeringLimits;
  readonly #shares = new Map<number, Share>();
  /** Bytes per second of each class. */
  #bytesPerSecond = 0;
  #atMs = 0;

  constructor(limits: SteeringLimits) {
    this.#limits = limits;
  }

  /** The link carries `capacity` bytes per second. */
  grow(capacity: number, askers: Iterable<Asker>, nowMs: number): void {
    const { leastShare, leastSharesMax, turnBytesMin } = this.#limits;
    const grown = ((nowMs - this.#atMs) * this.#bytesPerSecond) / 1000;
    this.#atMs = nowMs;
    const ranks = ranksOf(askers);
    const behind = Math.max(1, ranks.size - 1);
    this.#bytesPerSecond = capacity * Math.min(leastShare, leastSharesMax / behind);
    const bytesMax = Math.max(turnBytesMin, this.#bytesPerSecond);
    for (const rank of ranks) {
      const share = this.#shareOf(rank);
      share.bytes = Math.min(share.bytes + grown, bytesMax);
    }
    // A class that has lost its last partition.
    for (const [rank, { outBytes }] of this.#shares) {
      if (outBytes === 0 && !ranks.has(rank)) this.#shares.delete(rank);
    }
  }

  /** What the class may ask for now. */
  bytesOf(rank: number): number {
    const { bytes, outBytes } = this.#shareOf(rank);
    return bytes - outBytes;
  }

  /** Until it may ask again, if nothing that is under way ends first: who ends asks anew. */
  waitMs(rank: number): number {
    const { bytes } = this.#shareOf(rank);
    if (bytes > 0) return this.#limits.lookMs;
    return Math.ceil(((1 - bytes) * 1000) / this.#bytesPerSecond);
  }

  out(rank: number, bytes: number): void {
    this.#shareOf(rank).outBytes += bytes;
  }

  spent(rank: number, bytes: number): void {
    this.#shareOf(rank).bytes -= bytes;
  }

  #shareOf(rank: number): Share {
    let share = this.#shares.get(rank);
    if (share === undefined) {
      share = { bytes: 0, outBytes: 0 };
      this.#shares.set(rank, share);
    }
    return share;
  }
}

function ranksOf(askers: Iterable<Asker>): Set<number> {
  const ranks = new Set<number>();
  for (const { rank, size } of askers) if (size > 0) ranks.add(rank);
  return ranks;
}
