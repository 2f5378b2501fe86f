// How fast bytes have come lately: the best of the last seconds, which is what a link can carry while more
// is wanted than comes.

const slotMs = 500;
/** Slots added up: an answer of a second or so must not look like a rate of its own. */
const summedSlots = 4;
const keptSlots = 16;

export class ByteMeter {
  readonly #slots = Array.from({ length: keptSlots }, () => 0);
  /** Number of the slot that is filled now, counted from the clock's origin. */
  #current = 0;

  arrived(bytes: number, nowMs: number): void {
    this.#turnTo(nowMs);
    this.#slots[this.#current % keptSlots] = (this.#slots[this.#current % keptSlots] as number) + bytes;
  }

  /** Bytes per second over the best two seconds of the last eight. */
  bestBytesPerSecond(nowMs: number): number {
    this.#turnTo(nowMs);
    let best = 0;
    for (let last = 0; last <= keptSlots - summedSlots; last += 1) best = Math.max(best, this.#sumUpTo(last));
    return best;
  }

  /** Bytes per second over the last two seconds. */
  bytesPerSecond(nowMs: number): number {
    this.#turnTo(nowMs);
    // The slot that is filled now is not full yet.
    return this.#sumUpTo(1);
  }

  /** Of the slots that end so many before the current one. */
  #sumUpTo(before: number): number {
    let sum = 0;
    for (let each = 0; each < summedSlots; each += 1) {
      const slot = this.#current - before - each;
      if (slot >= 0) sum += this.#slots[slot % keptSlots] as number;
    }
    return (sum * 1000) / (summedSlots * slotMs);
  }

  #turnTo(nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs);
    if (slot - this.#current >= keptSlots) this.#slots.fill(0);
    else for (let each = this.#current + 1; each <= slot; each += 1) this.#slots[each % keptSlots] = 0;
    this.#current = Math.max(this.#current, slot);
  }
}
