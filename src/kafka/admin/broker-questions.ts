// What one broker tells of itself and of what we may do there, through the Kafka library. Nothing is changed;
// topics are created with `validateOnly`. Refusals of single resources are answers here, not errors.
import {
  Connection,
  createTopicsV7,
  describeClientQuotasV1,
  describeClusterV1,
  describeConfigsV4,
  describeGroupsV5,
  describeQuorumV2,
  describeTransactionsV0,
  metadataV12,
  ResponseError,
} from '@platformatic/kafka';
import type { Clock } from '../../base/clock.ts';
import { type BrokerAddress, isName } from '../client/socket.ts';
import type { Security } from '../security/security.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import { adminError } from './admin-errors.ts';
import type { NewTopic, TopicSettings } from './cluster-admin.ts';
import { loginOf } from './library-login.ts';
import { type AnyOperation, operationsIn } from './operations.ts';

/** What may be done to one resource; an error where the broker tells nothing but that. */
export type Rights =
  | { readonly operations: ReadonlySet<AnyOperation> | undefined; readonly error: undefined }
  | { readonly operations: undefined; readonly error: string };

/** What a broker says of a topic that is not made: undefined, or Kafka's error with its words. */
export interface Refusal {
  readonly error: string;
  readonly message: string;
}

export interface Quota {
  /** `user` and `client-id`, whichever it looks at; null: the default of all. */
  readonly entity: ReadonlyMap<string, string | null>;
  readonly values: ReadonlyMap<string, number>;
}

/** A difference of clocks, exact to `exactToMs` either way. */
export interface ClockSight {
  readonly nodeId: number;
  /** Above zero where its clock is ahead of ours. */
  readonly aheadMs: number;
  readonly exactToMs: number;
}

export interface BrokerQuestions {
  /** Settings by name, of topics or brokers; a string is the error of that one. Throws CW-3008 to CW-3010. */
  settingsOf(
    kind: 'topic' | 'broker',
    names: readonly string[],
  ): Promise<ReadonlyMap<string, TopicSettings | string>>;
  rightsOnTopics(names: readonly string[]): Promise<ReadonlyMap<string, Rights>>;
  rightsOnGroups(ids: readonly string[]): Promise<ReadonlyMap<string, Rights>>;
  rightsOnCluster(): Promise<Rights>;
  /** Only whether it may be described. */
  rightsOnTransactionalId(id: string): Promise<Rights>;
  /** What would happen if the topic were created. Creates nothing. */
  tryCreate(topic: NewTopic): Promise<Refusal | undefined>;
  quotas(): Promise<readonly Quota[]>;
  clock(): Promise<ClockSight>;
  close(): Promise<void>;
}

export interface BrokerQuestionsParts {
  readonly region: string;
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly security: Security;
  readonly waitMs: number;
  readonly clock: Clock;
}

/** Throws CW-3008, CW-3010 or CW-3012. */
export async function openBrokerQuestions(parts: BrokerQuestionsParts): Promise<BrokerQuestions> {
  const { region, address, clientId, security, waitMs } = parts;
  const tls = await security.tlsOptions();
  const connection = new Connection(clientId, {
    connectTimeout: waitMs,
    requestTimeout: waitMs,
    ...(tls !== undefined && { tls, tlsServerName: isName(address.host) }),
    ...loginOf(security),
  });
  // Every call tells of the end itself.
  connection.on('error', () => undefined);
  try {
    await connection.connect(address.host, address.port);
  } catch (error) {
    throw adminError(error, region, 'connect').error;
  }
  return new LibraryQuestions(parts, connection);
}

const resourceTypes = { topic: 2, broker: 4 } as const;
const everyOperation = true;
/** Asks for the brokers, not for the controllers (KIP-919). */
const brokerEndpoints = 1;
/** Names in one request. */
const namesPerCall = 1_000;

class LibraryQuestions implements BrokerQuestions {
  readonly #parts: BrokerQuestionsParts;
  readonly #connection: Connection;

  constructor(parts: BrokerQuestionsParts, connection: Connection) {
    this.#parts = parts;
    this.#connection = connection;
  }

  async settingsOf(kind: 'topic' | 'broker', names: readonly string[]) {
    const found = new Map<string, TopicSettings | string>();
    for (const some of chunks(names)) {
      const resources = some.map((resourceName) => ({ resourceType: resourceTypes[kind], resourceName }));
      const { results } = await this.#ask(`read the settings of a ${kind}`, () =>
        describeConfigsV4.api.async(this.#connection, resources, false, false),
      );
      for (const { resourceName, errorCode, configs } of results) {
        if (errorCode !== kafkaError.NONE) found.set(resourceName, kafkaErrorName(errorCode));
        else found.set(resourceName, valuesOf(configs));
      }
    }
    return found;
  }

  async rightsOnTopics(names: readonly string[]) {
    const found = new Map<string, Rights>();
    for (const some of chunks(names)) {
      const { topics } = await this.#ask('ask for rights on topics', () =>
        metadataV12.api.async(this.#connection, [...some], false, everyOperation),
      );
      for (const { name, errorCode, topicAuthorizedOperations: bits } of topics) {
        if (typeof name === 'string') found.set(name, rightsOf(errorCode, bits));
      }
    }
    return found;
  }

  async rightsOnGroups(ids: readonly string[]) {
    const { groups } = await this.#ask('ask for rights on groups', () =>
      describeGroupsV5.api.async(this.#connection, [...ids], everyOperation),
    );
    return new Map(
      groups.map((group) => [group.groupId, rightsOf(group.errorCode, group.authorizedOperations)]),
    );
  }

  async rightsOnCluster(): Promise<Rights> {
    const answer = await this.#ask('ask for rights on the cluster', () =>
      describeClusterV1.api.async(this.#connection, everyOperation, brokerEndpoints),
    );
    return rightsOf(answer.errorCode, answer.clusterAuthorizedOperations);
  }

  /** A broker that is not the coordinator answers so, once it has looked at the right. */
  async rightsOnTransactionalId(id: string): Promise<Rights> {
    const { transactionStates } = await this.#ask('ask for rights on a transactional id', () =>
      describeTransactionsV0.api.async(this.#connection, [id]),
    );
    const errorCode = transactionStates[0]?.errorCode ?? kafkaError.UNKNOWN_SERVER_ERROR;
    if (errorCode === kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
      return { operations: undefined, error: kafkaErrorName(errorCode) };
    }
    return { operations: new Set<AnyOperation>(['Describe']), error: undefined };
  }

  async tryCreate({ name, partitions, replicationFactor, settings }: NewTopic): Promise<Refusal | undefined> {
    const configs = [...settings].map(([key, value]) => ({ name: key, value }));
    const topic = { name, numPartitions: partitions, replicationFactor, assignments: [], configs };
    const { topics } = await this.#ask(`try to create the topic ${name}`, () =>
      createTopicsV7.api.async(this.#connection, [topic], this.#parts.waitMs, true),
    );
    const [answer] = topics;
    if (answer === undefined || answer.errorCode === kafkaError.NONE) return undefined;
    return { error: kafkaErrorName(answer.errorCode), message: answer.errorMessage ?? '' };
  }

  async quotas(): Promise<readonly Quota[]> {
    const any = (entityType: 'user' | 'client-id') => ({ entityType, matchType: 2 }) as const;
    const kinds = [[any('user')], [any('client-id')], [any('user'), any('client-id')]];
    const found: Quota[] = [];
    for (const components of kinds) {
      const { entries } = await this.#ask('read quotas', () =>
        describeClientQuotasV1.api.async(this.#connection, components, true),
      );
      for (const { entity, values } of entries ?? []) {
        const named = new Map(
          entity.map(({ entityType, entityName }) => [entityType as string, entityName ?? null]),
        );
        found.push({
          entity: named,
          values: new Map(values.map(({ key, value }) => [key as string, value])),
        });
      }
    }
    return found;
  }

  /** The leader of the controllers fills in its own time for itself (KIP-836). */
  async clock(): Promise<ClockSight> {
    const { clock } = this.#parts;
    const quorum = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
    const sentMs = clock.wallMs();
    const { topics } = await this.#ask('ask the controllers for their time', () =>
      describeQuorumV2.api.async(this.#connection, quorum),
    );
    const tookMs = clock.wallMs() - sentMs;
    const [partition] = topics[0]?.partitions ?? [];
    const leader = partition?.currentVoters.find(({ replicaId }) => replicaId === partition.leaderId);
    const theirsMs = Number(leader?.lastCaughtUpTimestamp ?? -1n);
    if (partition === undefined || leader === undefined || theirsMs <= 0) {
      throw adminError(new Error('the controllers tell no time'), this.#parts.region, 'compare clocks').error;
    }
    const exactToMs = tookMs / 2;
    return { nodeId: partition.leaderId, aheadMs: theirsMs - (sentMs + exactToMs), exactToMs };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Errors of single resources come in the answer; the library throws them with it. */
  async #ask<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ResponseError && isAnswer(error)) return error['response'] as T;
      throw adminError(error, this.#parts.region, doing).error;
    }
  }
}

/** False where the request as a whole was refused. */
function isAnswer(error: ResponseError): boolean {
  const { response } = error as { response?: { errorCode?: number } };
  return response !== undefined && (response.errorCode ?? kafkaError.NONE) === kafkaError.NONE;
}

function rightsOf(errorCode: number, bits: number): Rights {
  if (errorCode !== kafkaError.NONE) return { operations: undefined, error: kafkaErrorName(errorCode) };
  return { operations: operationsIn(bits), error: undefined };
}

function valuesOf(configs: readonly { name: string; value?: string | null | undefined }[]): TopicSettings {
  const values = new Map<string, string>();
  for (const { name, value } of configs) if (typeof value === 'string') values.set(name, value);
  return values;
}

function chunks<T>(all: readonly T[]): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let from = 0; from < all.length; from += namesPerCall)
    parts.push(all.slice(from, from + namesPerCall));
  return parts;
}
