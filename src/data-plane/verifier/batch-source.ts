// One side of a comparison: the data batches of a partition, in order of offset.

export interface ComparedBatch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly recordCount: number;
  /** CRC-32C as if id, epoch, sequence and transactional bit were blank. */
  readonly canonicalCrc: number;
  /** Of a transaction that was aborted: no read-committed consumer sees it. */
  readonly aborted: boolean;
  /** The whole batch; a view of pooled memory. */
  readonly bytes: Buffer;
}

export interface BatchSource {
  /**
   * The next batch with records, aborted ones included, or undefined at the end of the range. What the call
   * before returned is valid until this call.
   */
  next(): Promise<ComparedBatch | undefined>;
  /** Below this offset the log was trimmed while it was read: nothing can be said there. */
  readonly trimmedTo: bigint;
}
