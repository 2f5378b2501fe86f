// Where the mirrors of a region are apart from their sources: its ledger's segments, of its topics now.
import { CausewayError } from '../../base/errors.ts';
import { identicalOffsets, shiftKey, type ShiftSegments } from '../../base/shift-segments.ts';
import { foldShifts } from '../../ledger/shifts.ts';
import { foldStarts } from '../../ledger/starts.ts';
import { findRegion, type RegionPicture } from '../view/picture.ts';
import type { Regions } from './regions.ts';

export interface SegmentsNow {
  readonly of: (name: { readonly topic: string; readonly partition: number }) => ShiftSegments;
  /** Where its copy begins, at the source. */
  readonly firstOffsetOf: (name: { readonly topic: string; readonly partition: number }) => bigint;
  /** Why they are not known, if so; all are then taken for identical. */
  readonly unknown: string | undefined;
}

/** Asks the region now: for the ids of `topics`, and for what its ledger has of them. */
export async function askSegments(
  regions: Pick<Regions, 'look' | 'clusterOf'>,
  target: string,
  topics: readonly string[],
): Promise<SegmentsNow> {
  const region = findRegion(await regions.look(), target);
  if (region?.error !== undefined) return unknownBecause(`${region.error.code} ${region.error.message}`);
  if (region === undefined) return unknownBecause(`${target} is not in this causeway.yaml`);
  try {
    return segmentsOf(region, await idsOf(regions, target, topics));
  } catch (error) {
    if (error instanceof CausewayError) return unknownBecause(`${error.code} ${error.message}`);
    throw error;
  }
}

const unknownBecause = (unknown: string): SegmentsNow => ({
  of: () => identicalOffsets,
  firstOffsetOf: () => 0n,
  unknown,
});

async function idsOf(
  regions: Pick<Regions, 'clusterOf'>,
  target: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (topics.length === 0) return new Map();
  const view = await regions.clusterOf(target).metadata([...topics]);
  return new Map(view.topics.map(({ name, topicId }) => [name, topicId]));
}

function segmentsOf(region: RegionPicture, ids: ReadonlyMap<string, string>): SegmentsNow {
  const shifts = foldShifts(region.generations);
  const starts = foldStarts(region.generations);
  const keyOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }) =>
    shiftKey(ids.get(topic) ?? '', partition);
  return {
    of: (name) => shifts.get(keyOf(name)) ?? identicalOffsets,
    firstOffsetOf: (name) => starts.get(keyOf(name))?.firstOffset ?? 0n,
    unknown: undefined,
  };
}
