// Buffers for what is gathered into one write, used again once it is written.

const bytesEach = 64 * 1024;
/** Kept for the next writes; more are under way only for a moment. */
const keptMax = 16;

export class WriteBuffers {
  readonly #kept: Buffer[] = [];

  /** At least `bytes` long; in use until `giveBack`. */
  take(bytes: number): Buffer {
    if (bytes > bytesEach) return Buffer.allocUnsafeSlow(bytes);
    return this.#kept.pop() ?? Buffer.allocUnsafeSlow(bytesEach);
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length === bytesEach && this.#kept.length < keptMax) this.#kept.push(buffer);
  }
}
