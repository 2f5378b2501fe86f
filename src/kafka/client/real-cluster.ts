// A Kafka cluster over real connections: metadata from any broker that answers, and connections to brokers at
// the addresses they advertise.
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Random, systemRandom } from '../../base/random.ts';
import type { Account } from '../acl/right.ts';
import { askMetadata, KafkaBrokerConnection } from './broker-calls.ts';
import { BufferPool } from './buffer-pool.ts';
import type { BrokerConnection, KafkaCluster } from './cluster.ts';
import { Connection, isRefusal } from './connection.ts';
import {
  askCoordinator,
  type GroupCluster,
  type GroupConnection,
  KafkaGroupConnection,
} from './group-calls.ts';
import { type ClientLimits, defaultClientLimits } from './limits.ts';
import type { DeleteTopicResponse } from '../wire/delete-topics.ts';
import type { ClusterView, TopicId } from '../wire/messages.ts';
import { principalOf } from '../security/principal.ts';
import { plainSecurity, type Security } from '../security/security.ts';
import {
  addressText,
  type BrokerAddress,
  type OpenSocket,
  openPlainSocket,
  parseAddress,
  tlsSocketOpener,
} from './socket.ts';
import { askDeletion, type BrokersWord, type TopicCluster } from './topic-calls.ts';

export interface KafkaClusterParts {
  /** `host:port` each. */
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<ClientLimits>;
  /** Memory for fetch answers; an own one of `poolBytesMax` where none is given. */
  readonly pool?: BufferPool;
  /** Plain connections unless given. */
  readonly security?: Security;
  /** When logins are made again is spread at random. */
  readonly random?: Random;
  readonly openSocket?: OpenSocket;
  /** Told to the brokers, which count client versions. */
  readonly softwareVersion?: string;
}

/** Everything that is asked of a cluster over real connections. */
export type WholeCluster = KafkaCluster & GroupCluster & TopicCluster;

/** Nothing is connected before the first call. */
export function createKafkaCluster(parts: KafkaClusterParts): WholeCluster {
  return new RealCluster(parts);
}

interface Kept {
  readonly connection: Connection;
  readonly sinceMs: number;
}

class RealCluster implements WholeCluster {
  readonly account: Account;
  readonly #parts: KafkaClusterParts;
  readonly #limits: ClientLimits;
  readonly #pool: BufferPool;
  readonly #bootstrap: readonly BrokerAddress[];
  #brokers = new Map<number, BrokerAddress>();
  #kept: Kept | undefined;
  #opening: Promise<Connection> | undefined;
  /** Asked last, as it failed or had its turn. */
  #askLast: string | undefined;
  #closed = false;

  constructor(parts: KafkaClusterParts) {
    this.#parts = parts;
    const { settings } = parts.security ?? plainSecurity;
    this.account = { principal: principalOf(settings), servers: parts.bootstrapServers.join(',') };
    this.#limits = { ...defaultClientLimits, ...parts.limits };
    this.#pool = parts.pool ?? new BufferPool(this.#limits.poolBytesMax);
    this.#bootstrap = parts.bootstrapServers.map((text) => {
      const address = parseAddress(text);
      if (address !== undefined) return address;
      throw new CausewayError('CW-3001', `bootstrap server '${text}' is not of the form host:port`);
    });
  }

  async metadata(topics: readonly string[] | 'all'): Promise<ClusterView> {
    const failures: CausewayError[] = [];
    // A kept connection may have died meanwhile, and the next broker may die while it is asked.
    for (let tries = 0; tries < 3; tries += 1) {
      const connection = await this.#metadataConnection();
      try {
        const view = await askMetadata(connection, topics, this.#limits);
        if (view.brokers.length > 0) this.#remember(view);
        return view;
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        failures.push(error);
        this.#dropKept(connection, 'metadata could not be read');
      }
    }
    throw this.#unreachable(failures);
  }

  async connect(brokerId: number): Promise<BrokerConnection> {
    return new KafkaBrokerConnection(brokerId, await this.#connectTo(brokerId), this.#limits);
  }

  async connectCoordinator(groupId: string): Promise<GroupConnection> {
    // Brokers learn of each other's addresses with metadata, which may be older than the coordinator.
    await this.metadata([]);
    const asked = await this.#metadataConnection();
    const brokerId = await askCoordinator(asked, groupId, this.#limits, this.account);
    return new KafkaGroupConnection(await this.#connectTo(brokerId), this.#limits, this.account);
  }

  async deleteTopic(topicId: TopicId): Promise<DeleteTopicResponse> {
    return askDeletion(await this.#metadataConnection(), topicId, this.#limits);
  }

  async askAllForTopicId(topic: string): Promise<readonly BrokersWord[]> {
    const { brokers } = await this.metadata([topic]);
    return Promise.all(brokers.map(({ nodeId }) => this.#askForTopicId(nodeId, topic)));
  }

  async #askForTopicId(brokerId: number, topic: string): Promise<BrokersWord> {
    try {
      const connection = await this.#connectTo(brokerId);
      try {
        const { topics } = await askMetadata(connection, [topic], this.#limits);
        const found = topics.find(({ name, errorCode }) => name === topic && errorCode === 0);
        return { brokerId, topicId: found?.topicId, error: undefined };
      } finally {
        connection.destroy('the topic’s id is known');
      }
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      return { brokerId, topicId: undefined, error };
    }
  }

  async #connectTo(brokerId: number): Promise<Connection> {
    if (!this.#brokers.has(brokerId)) await this.metadata([]);
    const address = this.#brokers.get(brokerId);
    if (address === undefined) {
      const known = [...this.#brokers.keys()].toSorted((a, b) => a - b).join(', ');
      const text = `broker ${brokerId} is not in the cluster's metadata (it names ${known})`;
      throw new CausewayError('CW-3002', text, { brokerId });
    }
    return await this.#open(address, brokerId);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#kept?.connection.destroy('closed');
    this.#kept = undefined;
    return Promise.resolve();
  }

  #remember(view: ClusterView): void {
    this.#brokers = new Map(view.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  }

  async #open(address: BrokerAddress, brokerId: number): Promise<Connection> {
    const {
      clientId,
      clock,
      softwareVersion = '0',
      security = plainSecurity,
      random = systemRandom,
    } = this.#parts;
    security.logins.check();
    const tls = await security.tlsOptions();
    const opener = tls === undefined ? openPlainSocket : tlsSocketOpener(tls);
    const openSocket = this.#parts.openSocket ?? opener;
    const newLogin = () => security.newLogin();
    const onLogin = (refusal: CausewayError | undefined) => security.logins.note(refusal);
    const own = { clientId, clock, openSocket, softwareVersion, newLogin, onLogin, random };
    return Connection.open({ ...own, limits: this.#limits, pool: this.#pool, address, brokerId });
  }

  /** The kept connection, or a new one; many callers share one attempt. */
  #metadataConnection(): Promise<Connection> {
    if (this.#closed)
      return Promise.reject(new CausewayError('CW-3003', 'the cluster’s connections are closed'));
    const kept = this.#kept;
    if (kept !== undefined && !kept.connection.closed) {
      const ageMs = this.#parts.clock.monotonicMs() - kept.sinceMs;
      if (ageMs >= this.#limits.metadataStickMs && this.#brokers.size > 1) this.#rotate();
      return Promise.resolve(kept.connection);
    }
    return this.#openOnce();
  }

  #openOnce(): Promise<Connection> {
    this.#opening ??= this.#openAny().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Another broker's turn; the kept one serves until it is ready. */
  #rotate(): void {
    this.#openOnce().catch((error: unknown) => {
      this.#parts.log.debug({ error: describeError(error) }, 'no other broker to ask for metadata');
    });
  }

  async #openAny(): Promise<Connection> {
    const failures: CausewayError[] = [];
    for (const [brokerId, address] of this.#candidates()) {
      try {
        const connection = await this.#open(address, brokerId);
        this.#keep(connection);
        return connection;
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        failures.push(error);
        this.#askLast = addressText(address);
      }
    }
    throw this.#unreachable(failures);
  }

  #keep(connection: Connection): void {
    // What is under way on the former one is still answered: it ends by itself once that is done.
    const former = this.#kept?.connection;
    this.#askLast = addressText(connection.address);
    if (this.#closed) return connection.destroy('closed');
    this.#kept = { connection, sinceMs: this.#parts.clock.monotonicMs() };
    former?.destroyWhenIdle('another broker is asked now');
  }

  #dropKept(connection: Connection, reason: string): void {
    connection.destroy(reason);
    this.#askLast = addressText(connection.address);
    if (this.#kept?.connection === connection) this.#kept = undefined;
  }

  /** Brokers known from metadata first, then the bootstrap servers; the one asked last comes last. */
  #candidates(): readonly (readonly [number, BrokerAddress])[] {
    const seen = new Map<string, readonly [number, BrokerAddress]>();
    for (const each of [...this.#brokers, ...this.#bootstrap.map((address) => [-1, address] as const)]) {
      const text = addressText(each[1]);
      if (!seen.has(text)) seen.set(text, each);
    }
    const all = [...seen];
    const last = all.findIndex(([text]) => text === this.#askLast);
    return [...all.slice(last + 1), ...all.slice(0, last + 1)].map(([, each]) => each);
  }

  #unreachable(failures: readonly CausewayError[]): CausewayError {
    const servers = this.#parts.bootstrapServers.join(', ');
    const said = failures.map(describeError).join('; ');
    const refusal = failures.find(isRefusal);
    if (refusal !== undefined) {
      const text = `no broker of the cluster at ${servers} lets us in: ${said}`;
      return new CausewayError(refusal.code, text, { bootstrapServers: servers }, refusal);
    }
    const text = `no broker of the cluster at ${servers} can be reached: ${said}`;
    return new CausewayError('CW-3001', text, { bootstrapServers: servers });
  }
}
