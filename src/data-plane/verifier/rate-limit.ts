// A limit in bytes per second: who has read too fast waits before it reads on.
import type { Clock } from '../../base/clock.ts';

/** Whoever has read bytes waits here before reading on. */
export interface ReadLimit {
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

export class RateLimit implements ReadLimit {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  /** When everything let through so far is paid for. */
  #paidAtMs: number;

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
    this.#paidAtMs = clock.monotonicMs();
  }

  /** Waits until what was taken before is paid for, then takes `bytes`. Infinity never waits. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const startMs = Math.max(nowMs, this.#paidAtMs);
    this.#paidAtMs = startMs + (bytes * 1000) / this.#bytesPerSecond;
    if (startMs > nowMs) await this.#clock.sleep(startMs - nowMs, signal);
  }
}
