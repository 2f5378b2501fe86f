// A made-up result of one run, for tests of what is said of results.
import type { WorkResult } from '../measure/work-run.ts';

/** `cost`: CPU seconds per GB, and per million records; undefined where there was no steady state. */
export const workResult = (
  contender: string,
  cost: number | undefined,
  more: Partial<WorkResult> = {},
): WorkResult => ({
  contender,
  shape: '1kb-plain',
  round: 1,
  partitions: 8,
  records: 1,
  offsets: 1,
  bytes: 1,
  problem: undefined,
  cpuSecondsPerGigabyte: cost,
  cpuSecondsPerMillionRecords: cost,
  megabytesPerSecond: 100,
  processors: 1,
  steadySeconds: 1,
  startSeconds: 1,
  cpuSecondsAll: 1,
  memoryBytesMax: 200e6,
  trend: [],
  ...more,
});
