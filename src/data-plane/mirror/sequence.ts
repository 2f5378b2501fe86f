// Producer sequences run through 0 … 2^31 - 1 and start over
// (org.apache.kafka.common.record.DefaultRecordBatch).

/** Highest sequence; the one after it is 0. */
export const sequenceMax = 0x7fffffff;

/** The sequence `count` records after `sequence`. */
export function sequenceAfter(sequence: number, count: number): number {
  const sum = sequence + count;
  return sum > sequenceMax ? sum - sequenceMax - 1 : sum;
}
