// Looks at fetched batches before they are queued. Only what this version covers passes: plain batches of
// magic 2 that continue the position without a gap. Everything else is a cause, named with its offset.
import { CausewayError } from '../../base/errors.ts';
import {
  attributesOf,
  baseOffsetOf,
  headerBytes,
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

/**
 * What the answer to a fetch at `asked` holds from `position` on, up to which everything is here already, its
 * last batch of `leaderEpoch`. Undefined where that is no continuation of what is here.
 *
 * Of a fetch from before the position, the batch that ends there must be the one that is here: a leader
 * epoch has only one batch at an offset. Of one from beyond it, the broker has compared the epochs (KIP-320).
 */
export function continuationOf(
  records: Buffer,
  asked: SourceOffset,
  position: SourceOffset,
  leaderEpoch: number,
): Buffer | undefined {
  if (asked > position) return beginsAt(records, position) ? records : undefined;
  let from = 0;
  let isSame = false;
  const passOver = (start: number, length: number): boolean => {
    if (magicOf(records, start) !== 2 || isSame) return false;
    const next = baseOffsetOf(records, start) + BigInt(lastOffsetDeltaOf(records, start) + 1);
    if (next > position) return false;
    from = start + length;
    isSame = next === position && leaderEpochOf(records, start) === leaderEpoch;
    return true;
  };
  try {
    forEachBatch(records, passOver);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    // No batches: they are asked for again, from the position on, where this is a cause.
    return undefined;
  }
  return isSame ? records.subarray(from) : undefined;
}

const beginsAt = (records: Buffer, position: SourceOffset): boolean =>
  records.length >= headerBytes && magicOf(records, 0) === 2 && baseOffsetOf(records, 0) === position;

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
