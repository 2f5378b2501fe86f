// Whether a partition's replicas hold it up, so that it must not delay others on the same connection.

/** It is taken for slow for so long; one that still is will be found to be again. */
const slowForMs = 60_000;

export class SlowTarget {
  #untilMs = Number.NEGATIVE_INFINITY;

  /** It has waited in vain for its replicas. Monotonic. */
  heldUp(nowMs: number): void {
    this.#untilMs = nowMs + slowForMs;
  }

  isSlow(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }
}
