// Fills a run of holes of a soft partition, whose data goes under the same id as its fillers: each run, or
// each mixed epoch, begins with one filler at a new epoch, so that neither a worker that still sees records
// there can follow, nor one that saw more holes (docs/design/soft-partitions.md).
import { invariant } from '../../base/errors.ts';
import type { ProducerEpoch } from './fence.ts';
import { committedEnd, type Filled, fillersMax, giveBack, type Guard, isTold } from './fill.ts';
import type { FillSite, HolesToFill } from './fill.ts';
import { isMixedEpoch } from './mixed-epochs.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget } from './offsets.ts';
import { placeOf } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

/** What filling a soft partition needs beside that. */
export interface SoftFillSite extends FillSite {
  /** A new epoch, mixed or not, for whoever holds the guard; throws Obstacle where another has it since. */
  raiseGuard(held: Guard, isMixed: boolean): Promise<Guard>;
  /** Appends the last control record of an id in this partition. Throws Obstacle where it may not. */
  closeDataId(producerId: bigint): Promise<void>;
}

/** One step of filling. */
export async function fillSoftHoles(site: SoftFillSite, fill: HolesToFill): Promise<Filled> {
  const { guard: held, holes } = fill;
  invariant(held !== undefined, 'a soft partition goes on without its guard');
  const count = holes.to - holes.from;
  const isLeft = isMixedEpoch(held.producerEpoch) && !fill.mayMix;
  if (isLeft && count === 0n && !fill.isShiftUntold) return leaveMixed(site, fill, held);
  if (isLeft || held.hasBegun !== true) return beginRun(site, fill, held);
  if (fill.shift > 0n) return giveBack(site, fill, count);
  const meant = held.isProven && count > 1n ? (count < fillersMax ? count : fillersMax) : 1n;
  const { isDirect } = await site.append(held, fill.at, Number(meant));
  mustBeDirect(site, held, isDirect);
  if (isMixedEpoch(held.producerEpoch) && isTold(held, isDirect, meant)) {
    return { end: asTarget(fill.at + 1n), shift: fill.shift, fillers: 1, guard: held };
  }
  return filled(site, fill, meant, held);
}

/** A coordinator's fillers may come late, and more than once: nothing in a mixed epoch would tell of them. */
function mustBeDirect({ target }: SoftFillSite, { producerEpoch }: ProducerEpoch, isDirect: boolean): void {
  if (isDirect || !isMixedEpoch(producerEpoch)) return;
  const text = `${placeOf(target)}: fillers cannot be written directly any more`;
  throw new Obstacle(causeOf('CW-2021', text));
}

/**
 * Data goes on at a new epoch, without a filler. Of ours nothing else is under way, and whoever comes before
 * it sees the mixed epoch, in the broker's state or in the data, and begins with a filler that shuts it out.
 */
async function leaveMixed(site: SoftFillSite, fill: HolesToFill, held: Guard): Promise<Filled> {
  const raised = await site.raiseGuard(held, false);
  if (raised.producerId !== fill.dataId) return beginUnder(site, fill, raised);
  const guard = { ...raised, isProven: held.isProven };
  return { end: fill.at, shift: fill.shift, fillers: 0, guard, begins: guard };
}

/** The filler that shuts out whatever was written, or meant to be written, here under an older epoch. */
async function beginRun(site: SoftFillSite, fill: HolesToFill, held: Guard): Promise<Filled> {
  return beginUnder(site, fill, await site.raiseGuard(held, fill.mayMix && held.isProven));
}

async function beginUnder(site: SoftFillSite, fill: HolesToFill, raised: Guard): Promise<Filled> {
  const isOther = raised.producerId !== fill.dataId;
  if (isOther) await changeId(site, fill, raised);
  const written = isOther ? 2n : 1n;
  const { isDirect } = await site.append(raised, asTarget(fill.at + written - 1n), 1);
  mustBeDirect(site, raised, isDirect);
  const guard = { ...raised, isProven: isDirect, hasBegun: true };
  const begun = await filled(site, fill, written, guard);
  // What comes behind a filler that stands for no hole is one offset farther on.
  const holes = fill.holes.to - fill.holes.from;
  const shift = holes < written ? fill.shift + written - holes : fill.shift;
  if (fill.isShiftUntold || shift !== fill.shift) {
    await site.record({ kind: 'shifted', firstTargetOffset: begun.end, shift });
  }
  return { ...begun, shift, begins: guard };
}

/** Closes the id that data went under until now, with one filler. */
async function changeId(site: SoftFillSite, fill: HolesToFill, other: ProducerEpoch): Promise<void> {
  const { producerId, producerEpoch } = other;
  await site.record({ kind: 'data-id', producerId, producerEpoch });
  await site.closeDataId(fill.dataId as bigint);
  await filled(site, fill, 1n, fill.guard as Guard);
}

/**
 * `meant` fillers, and nothing else, stand behind `at`. Of what else may stand there, records of another
 * worker among it, the start procedure makes sense.
 */
async function filled(site: SoftFillSite, fill: HolesToFill, meant: bigint, guard: Guard): Promise<Filled> {
  const end = await committedEnd(site, fill.at + meant);
  if (end !== fill.at + meant) {
    const text = `${placeOf(site.target)}: ${meant} fillers at ${fill.at} moved the log to ${end}`;
    throw new Obstacle(causeOf('CW-2020', text));
  }
  return { end: asTarget(end), shift: fill.shift, fillers: Number(meant), guard };
}
