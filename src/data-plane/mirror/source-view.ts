// What is known of the source's end, when it was seen, and since when the target misses something.

/** Samples kept of a growing source end; older ones are thinned out, the oldest is never lost. */
const samplesMax = 64;

/** Follows one source partition's end by the samples of the worker's own fetches. */
export class SourceView {
  highWatermark: bigint | undefined;
  stableOffset: bigint | undefined;
  logStart: bigint | undefined;
  /** Wall clock of the first look that showed records behind this stable offset; undefined: none are. */
  stableSinceMs: number | undefined;
  #holder: { readonly stableOffset: bigint; readonly producerId: bigint } | undefined;
  /** How often a look showed something new. */
  revision = 0;
  /** Wall clock of the last look; the age of the evidence counts from here. */
  seenAtMs: number | undefined;
  /** Ends beyond the position, each with the time at which it was first seen; oldest first. */
  readonly #samples: { end: bigint; seenAtMs: number }[] = [];

  /** Takes in what one fetch answer said. */
  look(highWatermark: bigint, stableOffset: bigint, logStart: bigint, nowMs: number): void {
    if (highWatermark < 0n) return;
    const before = this.highWatermark ?? -1n;
    const grew = highWatermark > before;
    if (highWatermark < before) this.#shrinkTo(highWatermark);
    const stable = stableOffset < 0n ? highWatermark : stableOffset;
    const isNew = highWatermark !== before || stable !== this.stableOffset || logStart !== this.logStart;
    if (isNew) this.revision += 1;
    if (stable >= highWatermark) this.stableSinceMs = undefined;
    else if (stable !== this.stableOffset) this.stableSinceMs = nowMs;
    else this.stableSinceMs ??= nowMs;
    this.highWatermark = highWatermark;
    this.stableOffset = stable;
    this.logStart = logStart;
    this.seenAtMs = nowMs;
    if (!grew) return;
    // A full list keeps its oldest samples: they decide the recovery point. The newest is moved on instead.
    if (this.#samples.length >= samplesMax) this.#samples.pop();
    this.#samples.push({ end: highWatermark, seenAtMs: nowMs });
  }

  /** Whose open transaction begins at the stable offset; undefined where the source has not said so. */
  get holder(): bigint | undefined {
    return this.#holder?.stableOffset === this.stableOffset ? this.#holder?.producerId : undefined;
  }

  /** The source says whose open transaction begins at `stableOffset`. */
  nameHolder(stableOffset: bigint, producerId: bigint): void {
    const isNew = this.#holder?.stableOffset !== stableOffset || this.#holder.producerId !== producerId;
    if (isNew) this.revision += 1;
    this.#holder = { stableOffset, producerId };
  }

  /** An answer of the source said that nothing has changed since. */
  lookAgain(nowMs: number): void {
    if (this.highWatermark !== undefined) this.seenAtMs = nowMs;
  }

  /** After an unclean election the source has less than before: what it lost is not missing here. */
  #shrinkTo(end: bigint): void {
    for (const sample of this.#samples) if (sample.end > end) sample.end = end;
  }

  /** Forgets the samples that the position has passed. */
  passed(position: bigint): void {
    while (this.#samples.length > 0 && (this.#samples[0]?.end ?? 0n) <= position) this.#samples.shift();
  }

  /**
   * When the oldest record that the target misses was first seen at the source; undefined if none is known.
   */
  get missingSinceMs(): number | undefined {
    return this.#samples[0]?.seenAtMs;
  }
}
