// One connection per broker for all pieces of a running check, one after the other: the logins and handshakes
// of a connection for each piece would cost more than the comparison.
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';

export class KeptConnections implements KafkaCluster {
  readonly #cluster: () => KafkaCluster;
  readonly #kept = new Map<number, BrokerConnection>();

  /** Asked anew each time: it may throw until the region's settings can be resolved. */
  constructor(cluster: () => KafkaCluster) {
    this.#cluster = cluster;
  }

  get account() {
    return this.#cluster().account;
  }

  /** Connections that are open. */
  get size(): number {
    return this.#kept.size;
  }

  metadata(topics: readonly string[] | 'all') {
    return this.#cluster().metadata(topics);
  }

  /** The one that is kept, unless it has ended: whoever meets trouble destroys it. */
  async connect(brokerId: number): Promise<BrokerConnection> {
    const kept = this.#kept.get(brokerId);
    if (kept !== undefined && !kept.closed) return kept;
    const connection = await this.#cluster().connect(brokerId);
    this.#kept.set(brokerId, connection);
    return connection;
  }

  /** Ends all of them; `connect` opens new ones. */
  disconnect(reason: string): void {
    for (const connection of this.#kept.values()) connection.destroy(reason);
    this.#kept.clear();
  }

  /** The cluster itself belongs to its opener. */
  close(): Promise<void> {
    this.disconnect('the check has ended');
    return Promise.resolve();
  }
}
