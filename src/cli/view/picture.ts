// Everything the command line knows at one moment: the ledgers of all regions and what the clusters answered.
import type { Topology } from '../../topology/topology.ts';
import type {
  DesiredPause,
  DesiredTopology,
  GenerationRecord,
  ObservedLink,
  ObservedMirror,
  ObservedProcess,
  ObservedRegion,
  ObservedTopic,
  ObservedVerified,
} from '../../ledger/records.ts';

/** Evidence older than this says nothing about now. Workers and controllers report every few seconds. */
export const evidenceMsMax = 30_000;

/** One region as its own cluster and ledger show it, seen from where the command runs. */
export interface RegionPicture {
  readonly name: string;
  /** Why the region could not be read; everything else is then empty or undefined. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly clusterId: string | undefined;
  readonly brokers: number | undefined;
  /** False where the ledger's topics do not exist yet. */
  readonly hasLedger: boolean;
  readonly desired: DesiredTopology | undefined;
  readonly pauses: readonly DesiredPause[];
  readonly generations: readonly GenerationRecord[];
  readonly mirrors: readonly ObservedMirror[];
  readonly regions: readonly ObservedRegion[];
  readonly processes: readonly ObservedProcess[];
  readonly topics: readonly ObservedTopic[];
  readonly links: readonly ObservedLink[];
  readonly verified: readonly ObservedVerified[];
  /** Sentences about records that this program does not understand. */
  readonly warnings: readonly string[];
}

export interface Picture {
  readonly nowMs: number;
  /** The newest applied topology that any region holds; undefined where nothing was applied. */
  readonly applied: { readonly topology: Topology; readonly record: DesiredTopology } | undefined;
  readonly regions: readonly RegionPicture[];
}

export function findRegion(picture: Picture, name: string): RegionPicture | undefined {
  return picture.regions.find((region) => region.name === name);
}

/** Whether something seen at `seenAtMs` still says something about now. */
export function isFresh(picture: Picture, seenAtMs: number | undefined): boolean {
  return seenAtMs !== undefined && picture.nowMs - seenAtMs <= evidenceMsMax;
}
