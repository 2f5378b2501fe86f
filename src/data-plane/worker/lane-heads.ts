// Which partitions of a lane are at the end of their source, and since when the others are not.
import type { Clock } from '../../base/clock.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';

export class LaneHeads {
  readonly #clock: Clock;
  readonly #atHead = new Set<MirrorPartition>();
  /** Since when; the longest first. */
  readonly #behind = new Map<MirrorPartition, number>();
  /** Those behind that may be fetched. */
  readonly #wanting = new Set<MirrorPartition>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Partitions that were at the end of their source when it was last seen. */
  get atHead(): ReadonlySet<MirrorPartition> {
    return this.#atHead;
  }

  /** Partitions of which records wait at the source and may be fetched. */
  get wanting(): number {
    return this.#wanting.size;
  }

  /** The partition is fetched from `next` on; undefined while it is not. */
  note(partition: MirrorPartition, next: bigint | undefined): void {
    if (next === undefined) {
      this.#wanting.delete(partition);
      return;
    }
    const end = partition.view.stableOffset;
    if (end === undefined) return;
    if (next >= end) {
      this.#wanting.delete(partition);
      this.#behind.delete(partition);
      this.#atHead.add(partition);
    } else {
      this.#atHead.delete(partition);
      this.#wanting.add(partition);
      if (!this.#behind.has(partition)) this.#behind.set(partition, this.#clock.monotonicMs());
    }
  }

  leave(partition: MirrorPartition): void {
    this.#wanting.delete(partition);
    this.#behind.delete(partition);
    this.#atHead.delete(partition);
  }

  /** Partitions that have been behind for `forMs` and longer. */
  behindFor(forMs: number): MirrorPartition[] {
    if (this.#behind.size === 0) return [];
    const sinceMs = this.#clock.monotonicMs() - forMs;
    const found: MirrorPartition[] = [];
    for (const [partition, behindSinceMs] of this.#behind) {
      if (behindSinceMs > sinceMs) break;
      found.push(partition);
    }
    return found;
  }
}
