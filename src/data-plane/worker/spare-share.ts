// What a link can carry beyond what those who come first take of it. That they want more does not say that
// the link is full: a slow broker or disk may hold them up, or how much one connection can carry. Nobody
// tells us, so it is tried: the others get a little more, and if the first lose about as much, it is taken
// back.
import type { SteeringLimits } from './limits.ts';

type Phase =
  | { readonly name: 'resting'; readonly leftRounds: number; readonly next: 'raised' | 'lowered' }
  | { readonly name: 'raised' | 'lowered'; readonly step: number; readonly firstBefore: number };

/** A change is told from chance by half of what was given or taken. */
const tellingPart = 0.5;

export class SpareShare {
  readonly #limits: SteeringLimits;
  #phase: Phase = { name: 'resting', leftRounds: 1, next: 'raised' };
  #bytesPerSecond = 0;
  #bytes = 0;
  #atMs = 0;
  #roundSinceMs = 0;
  /** Within the round: what came for those who are first after the first answer to them … */
  #first: { readonly sinceMs: number; bytes: number; untilMs: number } | undefined;
  /** … what was used of this share, and how long somebody had been held up in all when it began. */
  #used = 0;
  #heldBeforeMs = 0;

  constructor(limits: SteeringLimits) {
    this.#limits = limits;
  }

  /** What may be asked for now. */
  get bytes(): number {
    return this.#bytes;
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  firstCame(bytes: number, nowMs: number): void {
    if (this.#first === undefined) this.#first = { sinceMs: nowMs, bytes: 0, untilMs: nowMs };
    else {
      this.#first.bytes += bytes;
      this.#first.untilMs = nowMs;
    }
  }

  /** Leave was given for that much of it; what is not used comes back as a negative number. */
  spend(bytes: number): void {
    this.#bytes -= bytes;
    this.#used += bytes;
  }

  /**
   * Time has passed on a link that carries `capacity` bytes per second. So far somebody has been held up for
   * others for `heldMs` in all.
   */
  pass(heldMs: number, capacity: number, nowMs: number): void {
    const passedMs = nowMs - this.#atMs;
    this.#atMs = nowMs;
    this.#bytes = Math.min(this.#bytes + (passedMs * this.#bytesPerSecond) / 1000, this.#bytesPerSecond);
    const { spareRoundMs, spareStep } = this.#limits;
    const roundMs = nowMs - this.#roundSinceMs;
    if (roundMs < spareRoundMs) return;
    const { sinceMs = 0, untilMs = 0, bytes = 0 } = this.#first ?? {};
    // Without anybody who waits there is nothing to learn, and what was known grows old.
    if (heldMs - this.#heldBeforeMs < roundMs / 2) this.#forget();
    // Answers that take long need a longer round.
    else if (untilMs - sinceMs < roundMs / 2) return;
    else {
      const used = (this.#used * 1000) / roundMs;
      this.#judge((bytes * 1000) / (untilMs - sinceMs), used, capacity * spareStep);
    }
    this.#roundSinceMs = nowMs;
    this.#first = undefined;
    this.#used = 0;
    this.#heldBeforeMs = heldMs;
  }

  #forget(): void {
    this.#bytesPerSecond = 0;
    this.#phase = { name: 'resting', leftRounds: 1, next: 'raised' };
  }

  /** Of a round, in bytes per second. */
  #judge(first: number, used: number, stepMin: number): void {
    const phase = this.#phase;
    if (phase.name === 'resting') {
      if (phase.leftRounds > 1) this.#phase = { ...phase, leftRounds: phase.leftRounds - 1 };
      else if (phase.next === 'lowered' && this.#bytesPerSecond > 0) this.#lower(first, stepMin);
      else this.#raise(first, stepMin);
      return;
    }
    const change = first - phase.firstBefore;
    const isTelling = Math.abs(change) > phase.step * tellingPart;
    if (phase.name === 'lowered') {
      // They took what was given up: perhaps they want the rest as well.
      if (change > 0 && isTelling) return this.#lower(first, stepMin);
      this.#bytesPerSecond += phase.step;
      return this.#rest('raised');
    }
    if (change < 0 && isTelling) {
      this.#bytesPerSecond -= phase.step;
      return this.#rest('lowered');
    }
    // Nobody needs more than that.
    if (used < this.#bytesPerSecond * tellingPart) return this.#rest('lowered');
    this.#raise(first, stepMin);
  }

  #raise(first: number, stepMin: number): void {
    const step = Math.max(this.#bytesPerSecond, stepMin);
    this.#bytesPerSecond += step;
    this.#phase = { name: 'raised', step, firstBefore: first };
  }

  #lower(first: number, stepMin: number): void {
    if (this.#bytesPerSecond < stepMin) {
      this.#bytesPerSecond = 0;
      return this.#rest('raised');
    }
    const step = this.#bytesPerSecond / 2;
    this.#bytesPerSecond -= step;
    this.#phase = { name: 'lowered', step, firstBefore: first };
  }

  #rest(next: 'raised' | 'lowered'): void {
    this.#phase = { name: 'resting', leftRounds: this.#limits.spareRestRounds, next };
  }
}
