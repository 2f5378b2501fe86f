// What lets a running check read on: a rate that may change at any time, brokers that want to be left alone,
// and whether the partition is still mirrored. One gate for both sides, and for every piece of a link.
import type { Clock } from '../../base/clock.ts';
import type { ReadLimit } from './rate-limit.ts';

export interface PieceGateParts {
  readonly clock: Clock;
  /** Both sides together, now; 0: nothing is read. */
  readonly bytesPerSecond: () => number;
  /** How much longer brokers of either side hold us, in milliseconds. */
  readonly heldMs: () => number;
}

/** The piece is not compared now; it is no trouble, and later it is tried again. */
export class PieceGivenUp extends Error {
  override readonly name = 'PieceGivenUp';
}

/** A piece counts as so many bytes at least: small ones cost requests. */
export const pieceBytesLeast = 100_000;
/** A change of rate is seen within that time. */
const lookMs = 1_000;

export class PieceGate implements ReadLimit {
  readonly #parts: PieceGateParts;
  #mayGoOn: () => boolean = () => true;
  #owedBytes = 0;
  #owedAtMs: number;
  #pieceBytes = 0;
  /** That were read, without what small pieces count for. */
  bytes = 0;

  constructor(parts: PieceGateParts) {
    this.#parts = parts;
    this.#owedAtMs = parts.clock.monotonicMs();
  }

  /** Waits until a piece may begin. Throws PieceGivenUp, here and at `take`, once it may not go on. */
  async begin(mayGoOn: () => boolean, signal: AbortSignal): Promise<void> {
    this.#mayGoOn = mayGoOn;
    this.#pieceBytes = 0;
    await this.#open(signal);
    this.#owedBytes += pieceBytesLeast;
  }

  /** Waits until what was taken before is paid for, then takes `bytes`. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    this.bytes += bytes;
    const before = Math.max(this.#pieceBytes, pieceBytesLeast);
    this.#pieceBytes += bytes;
    const due = Math.max(0, this.#pieceBytes - before);
    if (due > 0) await this.#open(signal);
    this.#owedBytes += due;
  }

  async #open(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      if (!this.#mayGoOn() || this.#parts.bytesPerSecond() <= 0) throw new PieceGivenUp('not now');
      const waitMs = Math.max(this.#parts.heldMs(), this.#settle());
      if (waitMs <= 0) return;
      await this.#parts.clock.sleep(Math.min(waitMs, lookMs), signal);
    }
  }

  /** Pays what the time since the last look is worth; returns how long the rest takes at this rate. */
  #settle(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    const rate = this.#parts.bytesPerSecond();
    // Time in which nothing was owed is not saved up.
    this.#owedBytes = Math.max(0, this.#owedBytes - ((nowMs - this.#owedAtMs) * rate) / 1000);
    this.#owedAtMs = nowMs;
    // Less than a byte is the error of the division.
    return this.#owedBytes < 1 ? 0 : Math.ceil((this.#owedBytes * 1000) / rate);
  }
}
