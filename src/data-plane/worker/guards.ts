// Takes the guard of a partition: the transactional id under which its holes are filled. Each take raises the
// epoch above any predecessor's, and ends a transaction that one left open.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { askProducerId, refusalText } from '../../ledger/producer-id.ts';
import { guardIdOf } from '../../ledger/transactional-id.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { placeOf } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';

/** Producer id and epoch as the coordinator gave them. */
export interface TakenGuard {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export class Guards {
  readonly #cluster: KafkaCluster;

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster;
  }

  /** Throws Obstacle. */
  async take({ set, targetRegion, topic, partition }: MirrorSpec): Promise<TakenGuard> {
    const id = guardIdOf(set, targetRegion, topic, partition);
    const answer = await askProducerId(this.#cluster, id);
    if (answer.errorCode === kafkaError.NONE) return answer;
    const isLack = answer.errorCode === kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    const why = refusalText(answer, this.#cluster.account, set, targetRegion);
    const text = `${placeOf({ region: targetRegion, topic, partition })}: holes cannot be filled: ${why}`;
    throw new Obstacle(causeOf(isLack ? 'CW-2017' : 'CW-2021', text));
  }
}
