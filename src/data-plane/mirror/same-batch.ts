// Whether a batch of the target is the batch that the source holds at the same place: records, offsets less
// the shift, and the checksum without producer and transaction.
import { isDeepStrictEqual } from 'node:util';
import { decodeBatch } from '../../kafka/batch/decode-batch.ts';
import { baseOffsetOf, batchLengthOf, producerIdOf, recordCountOf } from '../../kafka/batch/header.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import { needsMaking } from '../../kafka/batch/re-encode.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, placeOf } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';
import type { Writer } from './writer.ts';

/** `mine` stands at the target, `shift` offsets further on than `theirs` at the source. */
export function isSameBatch(mine: Buffer, theirs: Buffer, shift: bigint): boolean {
  return (
    baseOffsetOf(mine, 0) === baseOffsetOf(theirs, 0) + shift &&
    recordCountOf(mine, 0) === recordCountOf(theirs, 0) &&
    batchLengthOf(mine, 0) === batchLengthOf(theirs, 0) &&
    canonicalCrc(mine, 0) === canonicalCrc(theirs, 0)
  );
}

/**
 * The same records, where the target's batch was made again from the source's: it may hold a part of them,
 * and another compression.
 */
export function isMadeOf(mine: Buffer, theirs: Buffer, shift: bigint): boolean {
  const from = baseOffsetOf(mine, 0) - shift;
  if (!needsMaking(theirs, 0, from)) return false;
  const made = decodeBatch(mine);
  const to = from + BigInt(made.length);
  const original = decodeBatch(theirs).filter(({ offset }) => offset >= from && offset < to);
  return isDeepStrictEqual(
    made.map((record) => ({ ...record, offset: record.offset - shift })),
    original,
  );
}

/** What the two sides hold instead of the same batch: a foreign write, or logs that went apart. */
export function differenceOf(
  source: PartitionEnd,
  target: PartitionEnd,
  mine: Buffer,
  theirs: Buffer,
  { ids }: Writer,
): Obstacle {
  const facts = `${describe(target, mine)}, ${describe(source, theirs)}`;
  const ours = ids.has(producerIdOf(mine, 0));
  const base = baseOffsetOf(mine, 0);
  return new Obstacle(
    causeOf(ours ? 'CW-2006' : 'CW-2005', ours ? facts : `not written by this mirror: ${facts}`, {
      from: base,
      to: base + BigInt(recordCountOf(mine, 0)),
    }),
  );
}

function describe(at: PartitionEnd, records: Buffer): string {
  const base = baseOffsetOf(records, 0);
  const count = recordCountOf(records, 0);
  const crc = canonicalCrc(records, 0).toString(16).padStart(8, '0');
  return `${placeOf(at)} holds ${base}..${base + BigInt(count) - 1n} with checksum ${crc}`;
}
