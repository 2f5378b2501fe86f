// The complete comparison of one mirror partition, and what can be said about its ends.
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { type Comparison, compareLogs } from './comparison.ts';
import { type PartitionBounds, PartitionLog } from './partition-log.ts';
import type { RateLimit } from './rate-limit.ts';

export interface VerifySide {
  readonly cluster: KafkaCluster;
  readonly region: string;
  /** One limit for all partitions of a side. */
  readonly limit: RateLimit;
}

export interface VerifyContext {
  readonly source: VerifySide;
  readonly target: VerifySide;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

export interface PartitionVerdict {
  readonly topic: string;
  readonly partition: number;
  readonly source: PartitionBounds;
  readonly target: PartitionBounds;
  /** What was compared: offsets `from` to `to` (exclusive). */
  readonly from: bigint;
  readonly to: bigint;
  /** Records that the target did not have when the comparison began. */
  readonly lagRecords: bigint;
  readonly comparison: Comparison;
}

/** Compares one partition up to the target's end as it is now. Throws CW-6013 where a side cannot be read. */
export async function verifyPartition(
  context: VerifyContext,
  topic: string,
  partition: number,
  onProgress: (offset: bigint, to: bigint, bytes: number) => void = () => undefined,
): Promise<PartitionVerdict> {
  const open = (side: VerifySide, from: bigint, to: bigint) =>
    new PartitionLog({ ...side, ...context, topic, partition, from, to });
  const { source, target } = await sampleBounds(open, context);
  const from = greater(source.start, target.start);
  // Beyond the source's end the target can only hold what it should not: it is read to its own end.
  const to = target.stableEnd;
  const theirs = open(context.source, from, lesser(to, source.stableEnd));
  const mine = open(context.target, from, to);
  try {
    const comparison = await compareLogs(theirs, mine, { from, to }, (offset, bytes) =>
      onProgress(offset, to, bytes),
    );
    const lagRecords = greater(0n, source.stableEnd - target.stableEnd);
    return { topic, partition, source, target, from, to, lagRecords, comparison };
  } finally {
    theirs.close();
    mine.close();
  }
}

/** The target first: whatever it holds by then must be at the source when that one is asked. */
async function sampleBounds(
  open: (side: VerifySide, from: bigint, to: bigint) => PartitionLog,
  context: VerifyContext,
): Promise<{ source: PartitionBounds; target: PartitionBounds }> {
  const sample = async (side: VerifySide) => {
    const log = open(side, 0n, 0n);
    try {
      return await log.bounds();
    } finally {
      log.close();
    }
  };
  const target = await sample(context.target);
  const source = await sample(context.source);
  return { source, target };
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
