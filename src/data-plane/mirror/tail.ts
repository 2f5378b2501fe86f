// What a tail check comes to, and the facts that its ways share.
import type { ShiftSegments } from '../../base/shift-segments.ts';
import {
  baseSequenceOf,
  producerEpochOf,
  producerIdOf,
  lastOffsetDeltaOf,
} from '../../kafka/batch/header.ts';
import type { DataBatch } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import type { SourceOffset } from './offsets.ts';
import { type PartitionEnd, placeOf } from './partition-end.ts';
import { sequenceAfter } from './sequence.ts';
import { causeOf } from './stop-cause.ts';
import type { Writer } from './writer.ts';

export interface Tail {
  /** equal: compared; unverified: nothing is left on one side to compare; empty: the target holds no data. */
  readonly verdict: 'equal' | 'unverified' | 'empty';
  /**
   * Last sequence of the fence's id in the compared bytes; undefined where another id or nothing stands
   * there.
   */
  readonly lastSequence: number | undefined;
  /** Leader epoch of the source's last batch before the fetch offset; -1 where unknown. */
  readonly sourceEpoch: number;
  /** Target offset less source offset at the position, by what both logs hold. */
  readonly shift: bigint;
  /** Source offset from which on is copied: what the copy is not to have, and what is lost, lies before. */
  readonly comes: SourceOffset;
  /** What retention deleted at the source before it was copied; undefined: nothing. */
  readonly gap: { readonly from: SourceOffset; readonly to: SourceOffset } | undefined;
  /** The last data is of a mixed epoch, whether or not the broker still knows it. */
  readonly isInMixed: boolean;
  /** Offsets between the last data and the position. */
  readonly fillers: bigint;
  /** What the ledger does not know of that, in ascending order. */
  readonly found: ShiftSegments;
}

/** The last data of both sides: where it ends at the target, and how far it is shifted. */
export type Compared = Omit<Tail, 'found' | 'fillers' | 'comes' | 'gap' | 'isInMixed'> & {
  readonly end: bigint;
  /** What stands elsewhere than the ledger says. */
  readonly moved?: ShiftSegments;
};

export function foreignWrite(target: PartitionEnd, { base, end }: DataBatch): Obstacle {
  const text = `somebody else wrote the target offsets ${base}..${end - 1n} (${end - base} records)`;
  return new Obstacle(causeOf('CW-2005', `${placeOf(target)}: ${text}`, { from: base, to: end }));
}

/** Undefined where somebody else's, or an older epoch's, stand there. */
export function lastSequenceOf(
  records: Buffer,
  { producerId, producerEpoch, isSoft }: Writer,
): number | undefined {
  if (producerIdOf(records, 0) !== producerId) return undefined;
  if (isSoft && producerEpochOf(records, 0) !== producerEpoch) return undefined;
  return sequenceAfter(baseSequenceOf(records, 0), lastOffsetDeltaOf(records, 0));
}
