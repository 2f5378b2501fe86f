// A token bucket of bytes, on whatever time it is told. It may go into debt: a broker answers at least one
// whole batch, however little was asked for.
export class ByteBucket {
  #bytesPerSecond: number;
  #bytesMax: number;
  #bytes: number;
  #atMs: number;

  constructor(bytesPerSecond: number, bytesMax: number, nowMs: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#bytesMax = bytesMax;
    this.#bytes = bytesMax;
    this.#atMs = nowMs;
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }
  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** What is in it; negative after more was taken than it had. */
  bytesAt(nowMs: number): number {
    const grown = this.#bytes + ((nowMs - this.#atMs) * this.#bytesPerSecond) / 1000;
    this.#bytes = Math.min(grown, this.#bytesMax);
    this.#atMs = nowMs;
    return this.#bytes;
  }

  /** From now on. What has grown so far stays, as far as there is room for it. */
  change(bytesPerSecond: number, bytesMax: number, nowMs: number): void {
    this.bytesAt(nowMs);
    this.#bytesPerSecond = bytesPerSecond;
    this.#bytesMax = bytesMax;
    this.#bytes = Math.min(this.#bytes, bytesMax);
  }

  take(bytes: number, nowMs: number): void {
    this.#bytes = this.bytesAt(nowMs) - bytes;
  }
}
