// Fills a run of holes of a soft partition, whose data goes under the same id as its fillers: each run begins
// with one filler at a new epoch, so that neither a worker that still sees records there can follow, nor one
// that saw more holes (docs/design/soft-partitions.md).
import { invariant } from '../../base/errors.ts';
import type { ProducerEpoch } from './fence.ts';
import { committedEnd, type Filled, fillersMax, type FillSite, giveBack, type Guard } from './fill.ts';
import type { HolesToFill } from './fill.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget } from './offsets.ts';
import { placeOf } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

/** What filling a soft partition needs beside that. */
export interface SoftFillSite extends FillSite {
  /** A new epoch for whoever holds the guard; throws Obstacle where another has taken it since. */
  raiseGuard(held: Guard): Promise<Guard>;
  /** Appends the last control record of an id in this partition. Throws Obstacle where it may not. */
  closeDataId(producerId: bigint): Promise<void>;
}

/** One step of filling. */
export async function fillSoftHoles(site: SoftFillSite, fill: HolesToFill): Promise<Filled> {
  const { guard: held, holes } = fill;
  invariant(held !== undefined, 'a soft partition goes on without its guard');
  if (held.hasBegun !== true) return beginRun(site, fill, held);
  const count = holes.to - holes.from;
  if (fill.shift > 0n) return giveBack(site, fill, count);
  const meant = held.isProven && count > 1n ? (count < fillersMax ? count : fillersMax) : 1n;
  await site.append(held, fill.at, Number(meant));
  return filled(site, fill, meant, held);
}

/** The filler that shuts out whatever was written, or meant to be written, here under an older epoch. */
async function beginRun(site: SoftFillSite, fill: HolesToFill, held: Guard): Promise<Filled> {
  const raised = await site.raiseGuard(held);
  const isOther = raised.producerId !== fill.dataId;
  if (isOther) await changeId(site, fill, raised);
  const written = isOther ? 2n : 1n;
  const { isDirect } = await site.append(raised, asTarget(fill.at + written - 1n), 1);
  const begun = await filled(site, fill, written, { ...raised, isProven: isDirect, hasBegun: true });
  // What comes behind a filler that stands for no hole is one offset farther on.
  const holes = fill.holes.to - fill.holes.from;
  const shift = holes < written ? fill.shift + written - holes : fill.shift;
  if (fill.isShiftUntold || shift !== fill.shift) {
    await site.record({ kind: 'shifted', firstTargetOffset: begun.end, shift });
  }
  return { ...begun, shift };
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
  return { end: asTarget(end), shift: fill.shift, fillers: Number(meant), guard, begins: guard };
}
