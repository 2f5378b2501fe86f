// A model cluster as one process sees it: metadata from any broker that answers, connections to brokers by
// id.
import { CausewayError, describeError } from '../../src/base/errors.ts';
import type { BrokerConnection, KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { ClusterView } from '../../src/kafka/wire/messages.ts';
import type { ModelConnection } from './model-connection.ts';

const waitMs = 5_000;

/** What a client needs of its cluster. */
export interface ClientSite {
  readonly name: string;
  readonly brokerIds: readonly number[];
  openConnection(owner: string, brokerId: number): ModelConnection;
}

export class ModelClient implements KafkaCluster {
  readonly #owner: string;
  readonly #cluster: ClientSite;
  #kept: ModelConnection | undefined;
  #opening: Promise<ModelConnection> | undefined;
  /** Place in the list of brokers at which the next metadata connection is tried. */
  #turn = 0;

  constructor(owner: string, cluster: ClientSite) {
    this.#owner = owner;
    this.#cluster = cluster;
  }

  async metadata(topics: readonly string[] | 'all'): Promise<ClusterView> {
    const failures: string[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const connection = await this.#metadataConnection();
      try {
        return await connection.metadata(topics, waitMs);
      } catch (error) {
        failures.push(describeError(error));
        connection.destroy('metadata could not be read');
      }
    }
    throw new CausewayError('CW-3001', `${this.#cluster.name}: ${failures.join('; ')}`);
  }

  async connect(brokerId: number): Promise<BrokerConnection> {
    return this.#open(brokerId);
  }

  close(): Promise<void> {
    this.#kept?.destroy('closed');
    return Promise.resolve();
  }

  #metadataConnection(): Promise<ModelConnection> {
    if (this.#kept !== undefined && !this.#kept.closed) return Promise.resolve(this.#kept);
    this.#opening ??= this.#openAny().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAny(): Promise<ModelConnection> {
    const failures: string[] = [];
    const ids = this.#cluster.brokerIds;
    for (let tries = 0; tries < ids.length; tries += 1) {
      const brokerId = ids[this.#turn++ % ids.length] as number;
      try {
        this.#kept = await this.#open(brokerId);
        return this.#kept;
      } catch (error) {
        failures.push(describeError(error));
      }
    }
    throw new CausewayError('CW-3001', `${this.#cluster.name}: ${failures.join('; ')}`);
  }

  async #open(brokerId: number): Promise<ModelConnection> {
    const connection = this.#cluster.openConnection(this.#owner, brokerId);
    try {
      await connection.open(waitMs);
      return connection;
    } catch (error) {
      throw new CausewayError('CW-3002', `broker ${brokerId} of ${this.#cluster.name}`, {}, error);
    }
  }
}
