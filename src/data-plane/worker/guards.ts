// The guards of partitions: the transactional ids under which their holes are filled, as their coordinators
// know them.
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import {
  type CoordinatorAnswer,
  TransactionCoordinators,
} from '../../kafka/client/transaction-coordinators.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { refusalText } from '../../ledger/id-refusal.ts';
import { guardIdOf } from '../../ledger/transactional-id.ts';
import type { ProducerEpoch } from '../mirror/fence.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { isMixedEpoch } from '../mirror/mixed-epochs.ts';
import { placeOf } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';

/** States in which no control record of the transaction is still to be written. */
const completeStates: ReadonlySet<string> = new Set(['Empty', 'CompleteAbort', 'CompleteCommit']);

export class Guards {
  readonly #cluster: KafkaCluster;
  readonly #coordinators: TransactionCoordinators;

  constructor(parts: { readonly cluster: KafkaCluster; readonly clock: Clock; readonly random: Random }) {
    this.#cluster = parts.cluster;
    this.#coordinators = new TransactionCoordinators(parts);
  }

  /**
   * Raises the epoch above any predecessor's, and ends a transaction that one left open. Never a mixed epoch:
   * data may begin under it. Throws Obstacle.
   */
  async take(spec: MirrorSpec): Promise<ProducerEpoch> {
    const taken = await this.#next(spec, undefined);
    return isMixedEpoch(taken.producerEpoch) ? this.#next(spec, taken) : taken;
  }

  /**
   * The next epoch, mixed or not, for whoever holds the guard; of another id where the coordinator has no
   * more of this one, or has forgotten it. Throws Obstacle, also where another worker has taken it since
   * (KIP-360).
   */
  async raise(spec: MirrorSpec, held: ProducerEpoch, isMixed: boolean): Promise<ProducerEpoch> {
    let raised = held;
    do raised = await this.#next(spec, raised);
    while (raised.producerId === held.producerId && isMixedEpoch(raised.producerEpoch) !== isMixed);
    return raised;
  }

  async #next(spec: MirrorSpec, holder: ProducerEpoch | undefined): Promise<ProducerEpoch> {
    const question = { transactionalId: idOf(spec), ...(holder !== undefined && { holder }) };
    const { producerId, producerEpoch } = await this.#ask(spec, () =>
      this.#coordinators.initProducerId(question),
    );
    return { producerId, producerEpoch };
  }

  /** Has the coordinator write a control record: the end of a transaction without data. Throws Obstacle. */
  async endTransaction(spec: MirrorSpec, guard: ProducerEpoch): Promise<void> {
    const id = {
      transactionalId: idOf(spec),
      producerId: guard.producerId,
      producerEpoch: guard.producerEpoch,
    };
    const topics = [{ topic: spec.topic, partitions: [spec.partition] }];
    await this.#ask(spec, () => this.#coordinators.addPartitionsToTxn({ ...id, topics }));
    await this.#ask(spec, () => this.#coordinators.endTxn({ ...id, committed: false }));
  }

  /** True where the coordinator has written all that it will write. Throws Obstacle. */
  async isComplete(spec: MirrorSpec): Promise<boolean> {
    const { transaction } = await this.#ask(spec, () => this.#coordinators.describeTransaction(idOf(spec)));
    return completeStates.has(transaction?.state ?? '');
  }

  close(): void {
    this.#coordinators.close();
  }

  async #ask<T extends CoordinatorAnswer>(spec: MirrorSpec, ask: () => Promise<T>): Promise<T> {
    const place = placeOf({ region: spec.targetRegion, topic: spec.topic, partition: spec.partition });
    const head = `${place}: holes cannot be filled`;
    try {
      const answer = await ask();
      if (answer.errorCode === kafkaError.NONE) return answer;
      const { set, targetRegion: region, topic } = spec;
      const why = refusalText(answer, this.#cluster.account, { set, region, topic });
      throw new Obstacle(causeOf(codeOf(answer.errorCode), `${head}: ${why}`));
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      throw new Obstacle(causeOf('CW-2021', `${head}: ${error.message}`));
    }
  }
}

const idOf = ({ set, targetRegion, topic, partition }: MirrorSpec): string =>
  guardIdOf(set, targetRegion, topic, partition);

function codeOf(errorCode: number) {
  switch (errorCode) {
    case kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case kafkaError.TOPIC_AUTHORIZATION_FAILED:
      return 'CW-2017';
    // Another worker has taken the guard since.
    case kafkaError.INVALID_PRODUCER_EPOCH:
    case kafkaError.PRODUCER_FENCED:
    case kafkaError.INVALID_PRODUCER_ID_MAPPING:
      return 'CW-2020';
    default:
      return 'CW-2021';
  }
}
