// Notices that the process stood still: a stopped process, a suspended machine, a blocked event loop.
import type { Clock, Timer } from '../../base/clock.ts';

const tickMs = 1_000;

/** Asked before every write, so that nothing old is sent between waking up and the first timer. */
export class PauseWatch {
  readonly #clock: Clock;
  readonly #pauseMsMax: number;
  readonly #onPause: (pausedMs: number) => void;
  #monotonicMs: number;
  #wallMs: number;
  #timer: Timer | undefined;
  /** Pauses noticed so far. */
  pauses = 0;

  constructor(clock: Clock, pauseMsMax: number, onPause: (pausedMs: number) => void) {
    this.#clock = clock;
    this.#pauseMsMax = pauseMsMax;
    this.#onPause = onPause;
    this.#monotonicMs = clock.monotonicMs();
    this.#wallMs = clock.wallMs();
    this.#tick();
  }

  /** True if all is well; false after a pause, which `onPause` has then been told. */
  check(): boolean {
    const monotonicMs = this.#clock.monotonicMs();
    const wallMs = this.#clock.wallMs();
    // Some clocks stand still with a suspended machine; the other one then tells.
    const pausedMs = Math.max(monotonicMs - this.#monotonicMs, wallMs - this.#wallMs);
    this.#monotonicMs = monotonicMs;
    this.#wallMs = wallMs;
    if (pausedMs <= this.#pauseMsMax) return true;
    this.pauses += 1;
    this.#onPause(pausedMs);
    return false;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #tick(): void {
    this.#timer = this.#clock.schedule(tickMs, () => {
      this.check();
      this.#tick();
    });
  }
}
