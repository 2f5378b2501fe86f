// Fills the holes of a link's partitions: takes each run that is due, a step at a time, and brings the
// partition what came of it.
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { factOf, type FenceSource, type ProducerEpoch } from '../mirror/fence.ts';
import { closingEpoch } from '../mirror/data-id.ts';
import { fillHoles, type Guard } from '../mirror/fill.ts';
import { fillSoftHoles, type SoftFillSite } from '../mirror/fill-soft.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type PartitionEnd, placeOf, readProducer } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';
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
      const site = this.#siteOf(partition, target);
      const fill = holes.dataId === undefined ? fillHoles : fillSoftHoles;
      partition.filled(holes, await fill(site, holes));
    } catch (error) {
      partition.fillFailed(holes, failureOf('filling holes', partition.spec, error, this.#parts.log));
    }
  }

  #siteOf({ spec, slowTarget }: MirrorPartition, target: PartitionEnd): SoftFillSite {
    const { guards, fences, clock, signal } = this.#parts;
    return {
      target,
      clock,
      signal,
      takeGuard: async () => guardAt(target, await guards.take(spec)),
      raiseGuard: async (held, isMixed) => guardAt(target, await guards.raise(spec, held, isMixed)),
      closeDataId: async (producerId) => {
        const last = await guardAt(target, { producerId, producerEpoch: closingEpoch });
        if (await this.#direct.append(target, slowTarget, last, 1)) return;
        throw new Obstacle(
          causeOf('CW-2032', `${placeOf(target)}: producer id ${producerId} cannot be closed`),
        );
      },
      append: async (guard, at, count) => {
        if (await this.#direct.append(target, slowTarget, guard, count)) return { isDirect: true };
        await this.#coordinated.append(spec, target, guard, at);
        return { isDirect: false };
      },
      record: (fact) => fences.record(factOf(spec.set, target, fact)),
    };
  }
}

/** With the coordinator's epoch that the partition has last seen of the id. */
export async function guardAt(target: PartitionEnd, id: ProducerEpoch): Promise<Guard> {
  const known = await readProducer(target, id.producerId);
  const coordinatorEpoch = Math.max(0, known?.coordinatorEpoch ?? 0);
  return { producerId: id.producerId, producerEpoch: id.producerEpoch, coordinatorEpoch, isProven: false };
}
