// The direct way: fillers written straight into the log by the partition's leader, thousands at once. It
// needs the right to alter the cluster; one refusal settles that it is not there, until the next start.
import type { Log } from '../../base/log.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { Guard } from '../mirror/fill.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type PartitionEnd, placeOf, refuseError } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';
import type { MarkerLanes } from './marker-lanes.ts';

export interface DirectFillsParts {
  readonly lanes: MarkerLanes;
  readonly log: Log;
  readonly mayWrite: () => boolean;
}

export class DirectFills {
  readonly #parts: DirectFillsParts;
  #isPermitted = true;

  constructor(parts: DirectFillsParts) {
    this.#parts = parts;
  }

  /** False where the direct way is not permitted; nothing was written then. Throws Obstacle. */
  async append(target: PartitionEnd, slow: boolean, guard: Guard, count: number): Promise<boolean> {
    if (!this.#isPermitted) return false;
    const { lanes, mayWrite } = this.#parts;
    if (!mayWrite()) throw new Obstacle(causeOf('CW-2025', 'the process stood still'));
    const { producerId, producerEpoch, coordinatorEpoch } = guard;
    const topics = [{ topic: target.topic, partitions: [target.partition] }];
    const marker = { producerId, producerEpoch, coordinatorEpoch, committed: false, topics };
    const errorCode = await lanes.append(target.leaderId, slow, { marker, count });
    switch (errorCode) {
      case kafkaError.CLUSTER_AUTHORIZATION_FAILED:
        this.#useCoordinator(target.region);
        return false;
      case kafkaError.INVALID_PRODUCER_EPOCH:
      case kafkaError.TRANSACTION_COORDINATOR_FENCED:
        throw new Obstacle(causeOf('CW-2020', `${placeOf(target)}: the guard was taken by another worker`));
      case kafkaError.REQUEST_TIMED_OUT:
      case kafkaError.NOT_ENOUGH_REPLICAS:
      case kafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND: {
        const text = `${placeOf(target)}: broker ${target.leaderId} could not replicate a filler`;
        throw new Obstacle(causeOf('CW-2022', text));
      }
      default:
        refuseError(target, errorCode, undefined, 'WriteTxnMarkers');
        return true;
    }
  }
  #useCoordinator(region: string): void {
    if (!this.#isPermitted) return;
    this.#isPermitted = false;
    const text =
      `holes are filled one by one: without Alter on the cluster ${region} refuses WriteTxnMarkers; where ` +
      'transactions are many, give the right and restart the worker';
    this.#parts.log.info({ region }, text);
  }
}
