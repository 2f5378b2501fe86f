// How much a fetch of a lane may ask for so that its answer is here in time: what is under way cannot be
// called back when somebody else must be served first.
import type { SteeringLimits } from './limits.ts';

/** One answer changes the size by no more than that, so that an odd one does no harm. */
const factorMax = 2;

export class AnswerSize {
  readonly #bytesMin: number;
  readonly #bytesMax: number;
  #bytes: number;

  constructor(bytesMin: number, bytesMax: number) {
    this.#bytesMin = bytesMin;
    this.#bytesMax = bytesMax;
    this.#bytes = bytesMin;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** An answer of that size took `tookMs` where `wantedMs` is right. */
  took(tookMs: number, wantedMs: number): void {
    const factor = Math.min(Math.max(wantedMs / Math.max(tookMs, 1), 1 / factorMax), factorMax);
    this.#bytes = Math.round(Math.min(Math.max(this.#bytes * factor, this.#bytesMin), this.#bytesMax));
  }
}

/** How long an answer may be under way over that round trip; `isFirst`: no class comes before it. */
export function answerMsWanted(limits: SteeringLimits, rttMs: number, isFirst: boolean): number {
  const { answerMs, answerMsFirst, answerRoundTrips, answerRoundTripsFirst } = limits;
  return isFirst ? answerMsFirst + answerRoundTripsFirst * rttMs : answerMs + answerRoundTrips * rttMs;
}
