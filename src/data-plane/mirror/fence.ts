// The fence of one generation: the producer id and epoch under which every worker of the region writes.

/** The open generation of a mirror set in this region, as recorded in `causeway.generations`. */
export interface Fence {
  readonly generation: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Where workers read the fence. Each call re-reads the ledger to its end. */
export interface FenceSource {
  /** The open generation of the set, or undefined where none is open. */
  currentFence(set: string): Promise<Fence | undefined>;
}

export const sameFence = (a: Fence, b: Fence): boolean =>
  a.generation === b.generation && a.producerId === b.producerId && a.producerEpoch === b.producerEpoch;
