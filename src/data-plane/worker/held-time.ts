// How long something has been held up in all, whatever the number of those that waited at once.
export class HeldTime {
  #totalMs = 0;
  #sinceMs: number | undefined;
  #untilMs = Number.NEGATIVE_INFINITY;

  /** Held from now on, or not any more. */
  turn(isHeld: boolean, nowMs: number): void {
    if (isHeld) this.#sinceMs ??= nowMs;
    else if (this.#sinceMs !== undefined) {
      this.#totalMs += nowMs - this.#sinceMs;
      this.#sinceMs = undefined;
    }
  }

  /** Held for so long from now on, by one of several at once. */
  heldFor(forMs: number, nowMs: number): void {
    const untilMs = nowMs + forMs;
    const addedMs = untilMs - Math.max(this.#untilMs, nowMs);
    if (addedMs <= 0) return;
    this.#totalMs += addedMs;
    this.#untilMs = untilMs;
  }

  /** How much longer it is held as far as is known; 0 where it is not. */
  leftMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  /** Up to now. */
  totalMs(nowMs: number): number {
    const going = this.#sinceMs === undefined ? 0 : nowMs - this.#sinceMs;
    return this.#totalMs + going - this.leftMs(nowMs);
  }
}
