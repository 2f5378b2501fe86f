// Whether the source has nothing but holes in a range of offsets.
import { baseOffsetOf, lastOffsetDeltaOf, leaderEpochOf } from '../../kafka/batch/header.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import { type Holes, takeIn } from './intake.ts';
import { Obstacle } from './obstacle.ts';
import { asSource, type SourceOffset } from './offsets.ts';
import {
  type LogRead,
  manyBatches,
  notReadable,
  oneBatch,
  type PartitionEnd,
  readLog,
  readOffset,
} from './partition-end.ts';

export interface HolesSeen {
  /**
   * The first offset of the range that holds a committed record, or is not stable yet; the end of the range
   * where there is none.
   */
  readonly until: SourceOffset;
  /** Leader epoch of the last batch before it; -1 where none was seen. */
  readonly leaderEpoch: number;
}

/**
 * Looks at `[from, to)` of the source; `isSoft`: offsets that no batch holds are holes, too. Throws Obstacle
 * where that cannot be read, or stops a mirror.
 */
export async function passHoles(
  source: PartitionEnd,
  from: SourceOffset,
  to: SourceOffset,
  { epochOfLast, isSoft }: { readonly epochOfLast: number; readonly isSoft: boolean },
): Promise<HolesSeen> {
  // Where the range is empty, or trimmed, there is nothing to see.
  let seen: HolesSeen = { until: from < to ? from : to, leaderEpoch: epochOfLast };
  while (seen.until < to) {
    const { until: next, leaderEpoch } = seen;
    const read = await readLog(source, next, manyBatches);
    const intake = takeIn({ asked: next, ...read }, { position: next, leaderEpoch, isSoft });
    const [first] = isSoft && holdsNothing(read, next) ? [emptied(read, next)] : (intake?.pieces ?? []);
    if (first?.kind === 'run') return seen;
    if (first === undefined) {
      if (intake?.cause !== undefined) throw new Obstacle(intake.cause);
      await refuseUnstable(source, read, next);
      return seen;
    }
    const until = first.to < to ? first.to : to;
    seen = { until, leaderEpoch: epochBefore(read.records, until) ?? -1 };
  }
  return seen;
}

/** One partition asked alone brings a batch where there is one (KIP-74). */
const holdsNothing = (read: LogRead, next: SourceOffset): boolean =>
  read.errorCode === 0 && read.records.length === 0 && read.lastStableOffset > next;

/** Where the source, asked for what comes at `next`, holds nothing up to its stable end: that end. */
export async function trailingHoles(
  source: PartitionEnd,
  next: SourceOffset,
): Promise<SourceOffset | undefined> {
  const read = await readLog(source, next, oneBatch);
  return holdsNothing(read, next) ? asSource(read.lastStableOffset) : undefined;
}

const emptied = (read: LogRead, from: SourceOffset): Holes => ({
  kind: 'holes',
  from,
  to: asSource(read.lastStableOffset),
});

/**
 * Behind the last stable offset nothing is known: what comes may be holes or records. Throws Obstacle where
 * the read ended for another reason; a new leader does not know at first what is committed (KIP-207).
 */
export async function refuseUnstable(source: PartitionEnd, read: LogRead, next: SourceOffset): Promise<void> {
  const committed = await readOffset(source, 'highWatermark');
  if (read.lastStableOffset <= next && read.highWatermark >= committed) return;
  throw notReadable(source, next);
}

/**
 * Leader epoch of the batch that holds the offset before `offset`; undefined where compaction has taken it:
 * an older batch's epoch may have ended farther back.
 */
export function epochBefore(records: Buffer, offset: bigint): number | undefined {
  let epoch: number | undefined;
  forEachBatch(records, (start) => {
    const base = baseOffsetOf(records, start);
    if (base >= offset) return false;
    const end = base + BigInt(lastOffsetDeltaOf(records, start) + 1);
    epoch = end >= offset ? leaderEpochOf(records, start) : undefined;
    return true;
  });
  return epoch;
}
