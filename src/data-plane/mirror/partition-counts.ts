// What a partition has done since the process started.

export interface PartitionCounts {
  bytes: number;
  records: number;
  batches: number;
  /** Control records written into holes, and how many holes were passed. */
  fillers: number;
  holes: number;
  starts: number;
  fenceRefusals: number;
}

export const noCounts = (): PartitionCounts => ({
  bytes: 0,
  records: 0,
  batches: 0,
  fillers: 0,
  holes: 0,
  starts: 0,
  fenceRefusals: 0,
});
