// Data of a partition that has become soft, under the generation's id: no sequence tells of the fillers
// between it, and whoever saw that one landed too many may have died before the ledger knew. What the cleaner
// has left of the source tells, as far as anything does.
import { isDeepStrictEqual } from 'node:util';
import { type DecodedRecord, decodeBatch } from '../../kafka/batch/decode-batch.ts';
import { producerIdOf } from '../../kafka/batch/header.ts';
import type { DataBatch } from './last-data.ts';
import type { Writer } from './writer.ts';

/** A batch of the target, and target offset less source offset of it. */
export interface Placed {
  readonly batch: DataBatch;
  readonly shift: bigint;
}

/** By source offset. */
type Records = ReadonlyMap<bigint, DecodedRecord>;

type OfGeneration = Pick<Writer, 'generationId'>;

/** Each filler before data can have moved it by one. Those before data of other ids are known. */
export const mostUntold = (told: readonly Placed[], { generationId }: OfGeneration): bigint =>
  told.reduce((sum, { batch }) => sum + (isOf(generationId, batch) ? BigInt(batch.strangers) : 0n), 0n);

/**
 * The same batches with the shifts, from what is told on, that the records tell which both sides hold. Where
 * they leave several, the source has nothing between these: there is nothing to leave out or to repeat.
 */
export function withUntold(
  told: readonly Placed[],
  theirs: Records,
  { generationId }: OfGeneration,
): Placed[] {
  let untold = 0n;
  let most = 0n;
  let before: Placed | undefined;
  return betweenFillers(told).flatMap((group) => {
    const [first] = group as [Placed];
    if (!isOf(generationId, first.batch)) return group;
    // What the ledger says anew of these says all.
    if (before !== undefined && first.shift !== before.shift) untold = 0n;
    before = first;
    most += BigInt(first.batch.strangers);
    untold = leastShift(group, untold, most, theirs);
    return moved(group, untold);
  });
}

/** Data without a filler in between is moved as one. */
function betweenFillers(told: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const each of told) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (before?.batch.end === each.batch.base && before.shift === each.shift) group?.push(each);
    else groups.push([each]);
  }
  return groups;
}

/** The least one that a record tells, or else that none refutes; or `from`, with what is different there. */
function leastShift(group: readonly Placed[], from: bigint, most: bigint, theirs: Records): bigint {
  let possible: bigint | undefined;
  for (let by = from; by <= most; by += 1n) {
    const compared = moved(group, by).map((each) => compareRecords(each, theirs));
    if (compared.some(({ different }) => different !== undefined)) continue;
    if (compared.some(({ common }) => common > 0)) return by;
    possible ??= by;
  }
  return possible ?? from;
}

const moved = (group: readonly Placed[], by: bigint): Placed[] =>
  group.map(({ batch, shift }) => ({ batch, shift: shift + by }));

/** How many of the batch's records the source still holds, and the offset of one that is another there. */
export function compareRecords({ batch, shift }: Placed, theirs: Records) {
  let common = 0;
  for (const mine of decodeBatch(batch.bytes)) {
    const offset = mine.offset - shift;
    const original = theirs.get(offset);
    if (original === undefined) continue;
    common += 1;
    if (!isDeepStrictEqual({ ...mine, offset }, original)) return { common, different: mine.offset };
  }
  return { common, different: undefined };
}

const isOf = (id: bigint, { bytes }: DataBatch): boolean => producerIdOf(bytes, 0) === id;
