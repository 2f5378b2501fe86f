// Which broker coordinates a transactional id: asked once and kept, with one connection to each such broker,
// however many ids it coordinates.
import { CausewayError } from '../../base/errors.ts';
import type { BrokerConnection, KafkaCluster } from './cluster.ts';
import { kafkaError } from '../wire/error-codes.ts';

export interface FoundNode {
  readonly errorCode: number;
  /** -1 with an error. */
  readonly nodeId: number;
}

export class CoordinatorLookup {
  readonly #cluster: KafkaCluster;
  /** By transactional id. */
  readonly #nodes = new Map<string, number>();
  readonly #connections = new Map<number, BrokerConnection>();
  readonly #opening = new Map<number, Promise<BrokerConnection>>();
  #turn = 0;
  #closed = false;

  constructor(cluster: KafkaCluster) {
    this.#cluster = cluster;
  }

  /**
   * `anew`: what is known did not help. Then brokers and their addresses are looked up again, and another one
   * is asked each time: one that is cut off tells old things.
   */
  async find(transactionalId: string, anew: boolean): Promise<FoundNode> {
    const known = this.#nodes.get(transactionalId);
    if (known !== undefined) return { errorCode: kafkaError.NONE, nodeId: known };
    const asked = (anew ? undefined : this.#anyOpen()) ?? (await this.#nextInTurn());
    const found = await asked.findCoordinator(transactionalId);
    if (found.errorCode === kafkaError.NONE) this.#nodes.set(transactionalId, found.nodeId);
    return found;
  }

  forget(transactionalId: string): void {
    this.#nodes.delete(transactionalId);
  }

  /** Throws as `KafkaCluster.connect` does. */
  connectionTo(nodeId: number): Promise<BrokerConnection> {
    const kept = this.#connections.get(nodeId);
    if (kept !== undefined && !kept.closed) return Promise.resolve(kept);
    let opening = this.#opening.get(nodeId);
    if (opening === undefined) {
      opening = this.#open(nodeId).finally(() => this.#opening.delete(nodeId));
      this.#opening.set(nodeId, opening);
    }
    return opening;
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.destroy('closed');
  }

  #anyOpen(): BrokerConnection | undefined {
    return [...this.#connections.values()].find(({ closed }) => !closed);
  }

  async #nextInTurn(): Promise<BrokerConnection> {
    const { brokers } = await this.#cluster.metadata([]);
    const broker = brokers[this.#turn % brokers.length];
    this.#turn += 1;
    if (broker === undefined) throw new CausewayError('CW-3001', 'the metadata names no broker');
    return this.connectionTo(broker.nodeId);
  }

  async #open(nodeId: number): Promise<BrokerConnection> {
    const connection = await this.#cluster.connect(nodeId);
    if (this.#closed) connection.destroy('closed meanwhile');
    this.#connections.set(nodeId, connection);
    return connection;
  }
}
