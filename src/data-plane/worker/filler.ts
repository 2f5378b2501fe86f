// Fills the holes of a link's partitions: takes each run that is due, a step at a time, and brings the
// partition what came of it.
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { type FenceSource, shiftOf } from '../mirror/fence.ts';
import { fillHoles, type FillSite, type Guard } from '../mirror/fill.ts';
import type { MirrorPartition, MirrorSpec } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type PartitionEnd, placeOf, readProducer, refuseError } from '../mirror/partition-end.ts';
import { causeOf, causeOfError } from '../mirror/stop-cause.ts';
import type { Guards } from './guards.ts';
import type { MarkerLanes } from './marker-lanes.ts';

export interface FillerParts {
  readonly lanes: MarkerLanes;
  readonly guards: Guards;
  readonly log: Log;
  /** Asked before each write: false after the process stood still. */
  readonly mayWrite: () => boolean;
  readonly fences: FenceSource;
}

export class Filler {
  readonly #parts: FillerParts;

  constructor(parts: FillerParts) {
    this.#parts = parts;
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
      partition.fillFailed(
        holes,
        error instanceof Obstacle ? error.because : this.#causeOf(partition.spec, error),
      );
    }
  }

  #siteOf({ spec, slowTarget }: MirrorPartition, target: PartitionEnd): FillSite {
    const { guards, fences } = this.#parts;
    return {
      target,
      takeGuard: async () => {
        const taken = await guards.take(spec);
        const known = await readProducer(target, taken.producerId);
        return { ...taken, coordinatorEpoch: Math.max(0, known?.coordinatorEpoch ?? 0), isProven: false };
      },
      append: (guard, count) => this.#append(target, slowTarget, guard, count),
      recordShift: (from, shift) => fences.recordShift(shiftOf(spec.set, target, from, shift)),
    };
  }

  async #append(target: PartitionEnd, slow: boolean, guard: Guard, count: number): Promise<void> {
    const { lanes, mayWrite } = this.#parts;
    if (!mayWrite()) throw new Obstacle(causeOf('CW-2025', 'the process stood still'));
    const { topic, partition } = target;
    const { producerId, producerEpoch, coordinatorEpoch } = guard;
    const topics = [{ topic, partitions: [partition] }];
    const marker = { producerId, producerEpoch, coordinatorEpoch, committed: false, topics };
    const errorCode = await lanes.append(target.leaderId, slow, { marker, count });
    if (errorCode === kafkaError.INVALID_PRODUCER_EPOCH) {
      const text = `${placeOf(target)}: another worker fills the holes of this partition`;
      throw new Obstacle(causeOf('CW-2020', text));
    }
    refuseError(target, errorCode, undefined, 'WriteTxnMarkers');
  }

  #causeOf(spec: MirrorSpec, error: unknown) {
    const cause = causeOfError(error);
    if (cause.code === 'CW-2026') {
      const fields = { set: spec.set, topic: spec.topic, partition: spec.partition };
      this.#parts.log.error({ ...fields, error: describeError(error) }, 'filling holes failed unexpectedly');
    }
    return cause;
  }
}
