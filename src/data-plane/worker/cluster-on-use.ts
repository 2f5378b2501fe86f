// A source's cluster, found when it is used: settings that cannot be resolved are trouble of the partitions
// that need it, which show it and try again, and of nobody else.
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ClusterView } from '../../kafka/wire/messages.ts';

export class ClusterOnUse implements KafkaCluster {
  readonly #find: () => KafkaCluster;
  #found: KafkaCluster | undefined;

  /** `find` throws where the cluster cannot be made, and is then asked again at the next use. */
  constructor(find: () => KafkaCluster) {
    this.#find = find;
  }

  get account(): KafkaCluster['account'] {
    return this.#found?.account;
  }

  /** Rejects with what `find` throws, as `connect` does. */
  async metadata(topics: readonly string[] | 'all'): Promise<ClusterView> {
    return await this.#cluster().metadata(topics);
  }

  async connect(brokerId: number): Promise<BrokerConnection> {
    return await this.#cluster().connect(brokerId);
  }

  async close(): Promise<void> {
    await this.#found?.close();
  }

  #cluster(): KafkaCluster {
    this.#found ??= this.#find();
    return this.#found;
  }
}
