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
import { asSource, type SourceOffset } from './offsets.ts';
import { type Cause, causeOf, causeOfError } from './stop-cause.ts';

export interface Intake {
  /** Batches that may be written, one behind the other: the beginning of what was fetched. */
  readonly accepted: Buffer;
  /** How many they are. */
  readonly batches: number;
  /** Leader epoch under which the source appended the last of them; -1 where there is none. */
  readonly leaderEpoch: number;
  /** Source offset after the last accepted batch. */
  readonly next: SourceOffset;
  /** What stopped the walk, if anything did. */
  readonly cause: Cause | undefined;
}

/** Looks at the batches of one fetch answer from `position` on. */
export function takeIn(records: Buffer, position: SourceOffset): Intake {
  let batches = 0;
  let end = 0;
  let leaderEpoch = -1;
  let next: bigint = position;
  let cause: Cause | undefined;
  const take = (start: number, length: number): boolean => {
    cause = findObstacle(records, start, next);
    if (cause !== undefined) return false;
    batches += 1;
    end = start + length;
    leaderEpoch = leaderEpochOf(records, start);
    next += BigInt(recordCountOf(records, start));
    return true;
  };
  try {
    forEachBatch(records, take);
  } catch (error) {
    // Bytes that are no batch: what came before them is still good.
    cause = causeOfError(error);
  }
  return { accepted: records.subarray(0, end), batches, leaderEpoch, next: asSource(next), cause };
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
