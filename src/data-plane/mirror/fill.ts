// Fills a run of holes with control records, which every offset counts and no consumer sees (facts 16-20).
// The log's end says how many landed, never an answer alone.
import { Obstacle } from './obstacle.ts';
import { asTarget, type TargetOffset } from './offsets.ts';
import type { PartitionFact, ProducerEpoch } from './fence.ts';
import type { Holes } from './intake.ts';
import { type PartitionEnd, placeOf, readOffset } from './partition-end.ts';
import { replicated, type ReplicationSite } from './replicated.ts';
import { causeOf } from './stop-cause.ts';

/** A run of holes whose first one belongs at the target's end; nothing else of the partition is in flight. */
export interface HolesToFill {
  readonly life: number;
  readonly at: TargetOffset;
  readonly holes: Holes;
  /** Target offset less source offset before the run: that many fillers too many stand there already. */
  readonly shift: bigint;
  /** Held since an earlier run of this life, or its start. */
  readonly guard: Guard | undefined;
  /** The ledger does not know the shift yet: it is recorded behind the first filler. */
  readonly isShiftUntold: boolean;
  /** The data id of a soft partition; undefined for others. */
  readonly dataId: bigint | undefined;
  /** Runs of holes may share a mixed epoch; one that does not any more is left. */
  readonly mayMix: boolean;
}

/** Everything below `end` is committed; from there on target and source are `shift` apart. */
export interface Filled {
  readonly end: TargetOffset;
  readonly shift: bigint;
  /** Control records that were written. */
  readonly fillers: number;
  readonly guard: Guard | undefined;
  /** What data goes on under, from sequence 0; undefined where it goes on as before. */
  readonly begins?: ProducerEpoch;
}

/** The id whose control records fill the holes of one partition. */
export interface Guard extends ProducerEpoch {
  readonly coordinatorEpoch: number;
  /** Fillers are written directly; where this epoch has begun, nothing of a predecessor can land any more. */
  readonly isProven: boolean;
  /** Of a soft partition: the run of holes under way, or the mixed epoch, has begun with a filler of it. */
  readonly hasBegun?: boolean;
}

/** What filling needs from around it. Every call throws Obstacle where the partition has to start anew. */
export interface FillSite extends ReplicationSite {
  readonly target: PartitionEnd;
  /** Takes the partition's guard: raises its epoch above any predecessor's, and ends what one left open. */
  takeGuard(): Promise<Guard>;
  /**
   * Appends control records of the guard behind `at`, the log's end. Directly, `count` of them, and with the
   * answer the last one is committed; or one by way of the coordinator, which may write more of them.
   */
  append(guard: Guard, at: TargetOffset, count: number): Promise<{ readonly isDirect: boolean }>;
  /** Acknowledged by the ledger. */
  record(fact: PartitionFact): Promise<void>;
}

/**
 * Fillers in one step, about as many as a broker writes in 5 ms: more at once are no faster, and hold up
 * others. The position moves with each step, so that a long run is seen to advance.
 */
export const fillersMax = 1_000n;

/**
 * One step of filling: gives back what stands there too much, or writes fillers. The first step under a guard
 * is a single filler: once it is committed, what a predecessor or a lost request still had under way has
 * landed before it or never will.
 */
export async function fillHoles(site: FillSite, fill: HolesToFill): Promise<Filled> {
  const count = fill.holes.to - fill.holes.from;
  if (fill.shift > 0n) return giveBack(site, fill, count);
  const held = fill.guard ?? (await takeGuardFor(site, fill));
  const meant = held.isProven ? min(count, fillersMax) : 1n;
  const { isDirect } = await site.append(held, fill.at, Number(meant));
  const end = isTold(held, isDirect, meant)
    ? fill.at + 1n
    : await committedEnd(site, fill.at + (isDirect ? meant : 1n));
  if (end > fill.at + count) throw tooFar(site.target, fill.at + count, end);
  return {
    end: asTarget(end),
    shift: fill.shift,
    fillers: Number(end - fill.at),
    guard: { ...held, isProven: isDirect },
  };
}

/** One control record that the leader has answered for is committed, and no other can be under way. */
export const isTold = ({ isProven }: Guard, isDirect: boolean, meant: bigint): boolean =>
  isDirect && isProven && meant === 1n;

/**
 * Another worker may have filled the holes since they were found, while this process stood still perhaps: a
 * filler now would stand for nothing. Whoever comes to fill them later takes the guard after us, and shuts us
 * out.
 */
async function takeGuardFor(site: FillSite, { at, holes }: HolesToFill): Promise<Guard> {
  const { target } = site;
  const guard = await site.takeGuard();
  const runEnd = at + holes.to - holes.from;
  const end = await readOffset(target, 'end');
  if (end < runEnd) return guard;
  const text = `${placeOf(target)}: the holes up to ${runEnd} are filled already, the log ends at ${end}`;
  throw new Obstacle(causeOf('CW-2020', text));
}

/** Fillers too many, or another worker's data: the start procedure tells them apart, and records a shift. */
function tooFar(target: PartitionEnd, meant: bigint, end: bigint): Obstacle {
  const text = `${placeOf(target)}: the log moved to ${end}, beyond the holes that end at ${meant}`;
  return new Obstacle(causeOf('CW-2020', text));
}

/** As many holes as there are fillers too many cost nothing: the target is that much ahead. */
export async function giveBack(
  site: FillSite,
  { at, shift, guard }: HolesToFill,
  count: bigint,
): Promise<Filled> {
  const left = shift - min(count, shift);
  await site.record({ kind: 'shifted', firstTargetOffset: at, shift: left });
  return { end: at, shift: left, fillers: 0, guard };
}

/**
 * The log's end once all below it is committed. Throws Obstacle where it is not at least `meant`: then fewer
 * fillers landed, and the start procedure goes on from what is there.
 */
export async function committedEnd(site: FillSite, meant: bigint): Promise<bigint> {
  const end = await readOffset(site.target, 'end');
  if (end < meant) {
    const place = placeOf(site.target);
    const text = `${place}: after filling holes the log ends at ${end}, where ${meant} was expected`;
    throw new Obstacle(causeOf('CW-2021', text));
  }
  await replicated(site, site.target, end);
  return end;
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
