// What a worker counts as mirrored is committed at the target: nothing is missing below a position, ever.
import type { CommittedHistory } from './committed-history.ts';
import { Violation } from './log-view.ts';

export class PositionChecker {
  readonly #name: string;
  readonly #history: CommittedHistory;
  /** The highest committed end that the target has had. */
  #committedEnd = 0n;
  /** The highest position that any worker has counted. */
  #position = 0n;

  constructor(name: string, history: CommittedHistory) {
    this.#name = name;
    this.#history = history;
  }

  committed(highWatermark: bigint): void {
    if (highWatermark > this.#committedEnd) this.#committedEnd = highWatermark;
  }

  /** A leader that may answer for the target now has this log end; it must hold all that was counted. */
  leads(logEnd: bigint): void {
    if (logEnd < this.#position) {
      throw new Violation(`${this.#name}: counted up to ${this.#position}, the target now ends at ${logEnd}`);
    }
  }

  /** `shift`: target offset less source offset at the position. */
  counted(worker: string, position: bigint, shift = 0n): void {
    if (position > this.#committedEnd) {
      const end = this.#committedEnd;
      throw new Violation(`${this.#name}: ${worker} counts up to ${position}, committed is only ${end}`);
    }
    const { stableEnd } = this.#history;
    if (position - shift > stableEnd) {
      throw new Violation(`${this.#name}: ${worker} is at ${position - shift}, the source at ${stableEnd}`);
    }
    if (position > this.#position) this.#position = position;
  }
}
