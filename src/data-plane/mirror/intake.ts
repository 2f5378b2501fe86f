// Looks at fetched batches before they are queued. Only what this version covers passes: plain batches of
// magic 2 that continue the position without a gap. Everything else is a cause, named with its offset.
import {
  attributesOf,
  baseOffsetOf,
  isControl,
  isTransactional,
  lastOffsetDeltaOf,
  leaderEpochOf,
  magicOf,
  recordCountOf,
  usesLogAppendTime,
} from '../../kafka/batch/header.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import type { Lease } from '../../kafka/wire/messages.ts';
import { asSource, type SourceOffset } from './offsets.ts';
import { type Cause, causeOf, causeOfError } from './stop-cause.ts';

/** One batch on its way; `lease` keeps `bytes` alive until the batch is acknowledged or dropped. */
export interface QueuedBatch {
  readonly bytes: Buffer;
  readonly baseOffset: SourceOffset;
  readonly recordCount: number;
  /** Leader epoch under which the source appended it. */
  readonly leaderEpoch: number;
  readonly lease: Lease;
}

export interface Intake {
  /** Batches that may be written, in order. */
  readonly accepted: readonly QueuedBatch[];
  /** Source offset after the last accepted batch. */
  readonly next: SourceOffset;
  /** What stopped the walk, if anything did. */
  readonly cause: Cause | undefined;
}

/** Takes the batches of one fetch answer from `position` on. Retains the lease once per accepted batch. */
export function takeIn(records: Buffer, position: SourceOffset, lease: Lease): Intake {
  const accepted: QueuedBatch[] = [];
  let next: bigint = position;
  let cause: Cause | undefined;
  const take = (start: number, length: number): boolean => {
    cause = findObstacle(records, start, next);
    if (cause !== undefined) return false;
    const recordCount = recordCountOf(records, start);
    lease.retain();
    accepted.push({
      bytes: records.subarray(start, start + length),
      baseOffset: asSource(next),
      recordCount,
      leaderEpoch: leaderEpochOf(records, start),
      lease,
    });
    next += BigInt(recordCount);
    return true;
  };
  try {
    forEachBatch(records, take);
  } catch (error) {
    // Bytes that are no batch: what came before them is still good.
    cause = causeOfError(error);
  }
  return { accepted, next: asSource(next), cause };
}

function findObstacle(records: Buffer, start: number, expected: bigint): Cause | undefined {
  if (magicOf(records, start) !== 2) {
    return causeOf('CW-2013', `source offset ${expected}: message format ${magicOf(records, start)}`);
  }
  const base = baseOffsetOf(records, start);
  const attributes = attributesOf(records, start);
  if (isControl(attributes) || isTransactional(attributes)) {
    const what = isControl(attributes) ? 'a transaction marker' : 'a transactional batch';
    return causeOf('CW-2010', `source offset ${base} is ${what}`, { offset: base });
  }
  if (base > expected) {
    const text = `the source skips from offset ${expected} to ${base}`;
    return causeOf('CW-2011', text, { from: expected, to: base });
  }
  if (base < expected) {
    const text = `the source’s batch at ${base} begins before the position ${expected}`;
    return causeOf('CW-2019', text, { base, position: expected });
  }
  if (usesLogAppendTime(attributes)) {
    return causeOf('CW-2012', `source offset ${base} carries LogAppendTime`, { offset: base });
  }
  const count = recordCountOf(records, start);
  if (count < 1 || lastOffsetDeltaOf(records, start) !== count - 1) {
    const text =
      `the batch at source offset ${base} holds ${count} records over ` +
      `${lastOffsetDeltaOf(records, start) + 1}`;
    return causeOf('CW-2011', `${text} offsets`, { offset: base });
  }
  return undefined;
}
