// Once a day every live generation's transactional id is used, so that the target's coordinator does not
// forget it (transactional.id.expiration.ms, 7 days). Partitions keep the recorded epoch; only the
// coordinator's rises.
import { type Clock, restOn } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { TransactionCoordinators } from '../../kafka/client/transaction-coordinators.ts';
import { refusalText } from '../../ledger/id-refusal.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import type { Fence } from '../mirror/fence.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** How soon a failed call is tried again. */
const retryMs = 10 * 60 * 1_000;

export interface KeepAliveParts {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  readonly log: Log;
}

export class KeepAlive {
  readonly #parts: KeepAliveParts;
  #fences: ReadonlyMap<string, Fence> = new Map();

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  /** The live generations, as read last. */
  remember(fences: ReadonlyMap<string, Fence>): void {
    this.#fences = fences;
  }

  async run(signal: AbortSignal): Promise<void> {
    let delayMs = dayMs;
    while (!signal.aborted) {
      await restOn(this.#parts.clock, delayMs, signal);
      if (signal.aborted) return;
      delayMs = (await this.#useAll()) ? dayMs : retryMs;
    }
  }

  async #useAll(): Promise<boolean> {
    const { cluster, clock } = this.#parts;
    const coordinators = new TransactionCoordinators({ cluster, clock });
    let allUsed = true;
    for (const [set, { generation }] of this.#fences) {
      try {
        await this.#use(coordinators, set, generation);
      } catch (error) {
        allUsed = false;
        this.#parts.log.warn(
          { set, error: describeError(error) },
          'the generation’s id could not be kept alive',
        );
      }
    }
    coordinators.close();
    return allUsed;
  }

  async #use(coordinators: TransactionCoordinators, set: string, generation: number): Promise<void> {
    const { cluster, region } = this.#parts;
    const transactionalId = transactionalIdOf(set, region, generation);
    const answer = await coordinators.initProducerId({ transactionalId });
    if (answer.errorCode === 0) return;
    const why = refusalText(answer, cluster.account, { set, region });
    throw new CausewayError('CW-4010', `${region}: the id of generation ${generation} was not used: ${why}`);
  }
}
