// Fills the holes of a link's partitions: takes each run that is due, a step at a time, and brings the
// partition what came of it.
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { type FenceSource, shiftOf } from '../mirror/fence.ts';
import { fillHoles, type FillSite } from '../mirror/fill.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { type PartitionEnd, readProducer } from '../mirror/partition-end.ts';
import { CoordinatedFills } from './coordinated-fills.ts';
import { DirectFills } from './direct-fills.ts';
import { failureOf } from './failure.ts';
import type { Guards } from './guards.ts';
import type { MarkerLanes } from './marker-lanes.ts';

export interface FillerParts {
  readonly lanes: MarkerLanes;
  readonly guards: Guards;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Asked before each write: false after the process stood still. */
  readonly mayWrite: () => boolean;
  readonly fences: FenceSource;
}

export class Filler {
  readonly #parts: FillerParts;
  readonly #direct: DirectFills;
  readonly #coordinated: CoordinatedFills;

  constructor(parts: FillerParts) {
    this.#parts = parts;
    this.#direct = new DirectFills(parts);
    this.#coordinated = new CoordinatedFills(parts);
  }

  /** The partition has holes to fill. */
  fill(partition: MirrorPartition): void {
    this.#fill(partition).catch((error: unknown) => {
      throw error;
    });
  }

  async #fill(partition: MirrorPartition): Promise<void> {
    const target = partition.point?.target;
    const holes = target && partition.takeHoles();
    if (target === undefined || holes === undefined) return;
    try {
      partition.filled(holes, await fillHoles(this.#siteOf(partition, target), holes));
    } catch (error) {
      partition.fillFailed(holes, failureOf('filling holes', partition.spec, error, this.#parts.log));
    }
  }

  #siteOf({ spec, slowTarget }: MirrorPartition, target: PartitionEnd): FillSite {
    const { guards, fences, clock, signal } = this.#parts;
    return {
      target,
      clock,
      signal,
      takeGuard: async () => {
        const taken = await guards.take(spec);
        const known = await readProducer(target, taken.producerId);
        return { ...taken, coordinatorEpoch: Math.max(0, known?.coordinatorEpoch ?? 0), isProven: false };
      },
      append: async (guard, at, count) => {
        if (await this.#direct.append(target, slowTarget, guard, count)) return { isDirect: true };
        await this.#coordinated.append(spec, target, guard, at);
        return { isDirect: false };
      },
      recordShift: (from, shift) => fences.recordShift(shiftOf(spec.set, target, from, shift)),
    };
  }
}
