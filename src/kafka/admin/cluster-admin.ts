// Topics and their settings on one cluster, through the Kafka library. The library's client is opened for a
// call and kept for the next; after an error it is opened anew, since it may hold on to a broker that is
// gone.
import { Admin } from '@platformatic/kafka';
import type { CausewayError } from '../../base/errors.ts';
import type { AuthorizedRequest } from '../acl/request-rights.ts';
import { principalOf } from '../security/principal.ts';
import { isName, parseAddress } from '../client/socket.ts';
import { plainSecurity, type Security } from '../security/security.ts';
import type { SecureContext } from '../security/tls-material.ts';
import type { TopicRule } from '../acl/topic-rule.ts';
import { describeTopicRules } from './acl-answer.ts';
import { adminError, type Asked, notPermittedError } from './admin-errors.ts';
import { loginOf } from './library-login.ts';
import { type DescribedTopic, settingsInAnswer } from './settings-answer.ts';

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka's own names. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Effective values of a topic's settings, by Kafka's own names. Sensitive ones are left out. */
export type TopicSettings = ReadonlyMap<string, string>;

/** Each topic that was asked for is in one of both. */
export interface SettingsLook {
  readonly settings: ReadonlyMap<string, TopicSettings>;
  /** Topics whose settings may not be read, each with CW-3010. */
  readonly refused: ReadonlyMap<string, CausewayError>;
}

export interface ClusterAdmin {
  readonly region: string;
  /** Settings of the topics. Throws CW-3008, CW-3009 or CW-3010, as every call here. */
  topicSettings(names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>>;
  /** The same, where some of them may be forbidden. */
  lookAtSettings(names: readonly string[]): Promise<SettingsLook>;
  /** Resolves also where the topic exists already. */
  createTopic(topic: NewTopic): Promise<void>;
  setTopicSettings(topic: string, settings: ReadonlyMap<string, string>): Promise<void>;
  /** Raises the partition count to `count`; resolves also where it has that many already. */
  raisePartitions(topic: string, count: number): Promise<void>;
  /** Every rule about topics; undefined where the cluster has no authorizer. */
  topicRules(): Promise<readonly TopicRule[] | undefined>;
  /** Bytes of each topic's partitions on disk, one replica each. */
  topicBytes(topics: readonly { name: string; partitions: number }[]): Promise<ReadonlyMap<string, bigint>>;
  close(): Promise<void>;
}

export interface ClusterAdminOptions {
  readonly region: string;
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  /** Plain connections unless given. */
  readonly security?: Security;
  readonly timeoutMs?: number;
}

const timeoutMsDefault = 15_000;
const connectMs = 5_000;
/** Topics in one DescribeConfigs request. */
const topicsPerCall = 200;
/** Kafka's ConfigResource.Type.TOPIC, and the SET operation of IncrementalAlterConfigs. */
const topicResource = 2;
const setOperation = 0;

export function openClusterAdmin(options: ClusterAdminOptions): ClusterAdmin {
  return new LibraryAdmin(options);
}

class LibraryAdmin implements ClusterAdmin {
  readonly region: string;
  readonly #options: ClusterAdminOptions;
  #kept: Admin | undefined;
  #keptContext: SecureContext | undefined;

  constructor(options: ClusterAdminOptions) {
    this.#options = options;
    this.region = options.region;
  }

  async topicSettings(names: readonly string[]): Promise<ReadonlyMap<string, TopicSettings>> {
    const { settings, refused } = await this.lookAtSettings(names);
    for (const error of refused.values()) throw error;
    return settings;
  }

  async lookAtSettings(names: readonly string[]): Promise<SettingsLook> {
    const settings = new Map<string, TopicSettings>();
    const refused = new Map<string, CausewayError>();
    for (let from = 0; from < names.length; from += topicsPerCall) {
      const asked = names.slice(from, from + topicsPerCall);
      const resources = asked.map((resourceName) => ({ resourceType: topicResource, resourceName }) as const);
      // One topic that is refused makes the library throw; what was said of the others is in its error.
      const described: readonly DescribedTopic[] = await this.#call('read the settings of topics', (admin) =>
        admin.describeConfigs({ resources }).catch(settingsInAnswer),
      );
      for (const { resourceName, configs, refusal } of described) {
        const values = new Map<string, string>();
        for (const { name, value } of configs) if (typeof value === 'string') values.set(name, value);
        if (refusal === undefined) settings.set(resourceName, values);
        else refused.set(resourceName, this.#settingsRefused(resourceName, refusal));
      }
    }
    return { settings, refused };
  }

  #settingsRefused(topic: string, said: string): CausewayError {
    const asked = this.#asked('DescribeConfigs', topic);
    return notPermittedError(this.region, `read the settings of ${topic}`, said, asked);
  }

  async createTopic({ name, partitions, replicationFactor, settings }: NewTopic): Promise<void> {
    const configs = [...settings].map(([key, value]) => ({ name: key, value }));
    const asked = this.#asked('CreateTopics', name);
    await this.#callUnless('TOPIC_ALREADY_EXISTS', `create the topic ${name}`, asked, (admin) =>
      admin.createTopics({ topics: [name], partitions, replicas: replicationFactor, configs }),
    );
  }

  async setTopicSettings(topic: string, settings: ReadonlyMap<string, string>): Promise<void> {
    const configs = [...settings].map(
      ([name, value]) => ({ name, configOperation: setOperation, value }) as const,
    );
    const asked = this.#asked('IncrementalAlterConfigs', topic);
    const resources = [{ resourceType: topicResource, resourceName: topic, configs }] as const;
    await this.#callUnless(undefined, `set the settings of ${topic}`, asked, (admin) =>
      admin.incrementalAlterConfigs({ resources: [...resources] }),
    );
  }

  async raisePartitions(topic: string, count: number): Promise<void> {
    const asked = this.#asked('CreatePartitions', topic);
    await this.#callUnless('INVALID_PARTITIONS', `raise ${topic} to ${count} partitions`, asked, (admin) =>
      admin.createPartitions({ topics: [{ name: topic, count }] }),
    );
  }

  async topicBytes(
    topics: readonly { name: string; partitions: number }[],
  ): Promise<ReadonlyMap<string, bigint>> {
    const asked = topics.map(({ name, partitions }) => ({
      name,
      partitions: Array.from({ length: partitions }, (_, partition) => partition),
    }));
    if (asked.length === 0) return new Map();
    const described = await this.#call('read the sizes of topics', (admin) =>
      admin.describeLogDirs({ topics: asked }),
    );
    // Every replica is told; the largest one of a partition counts.
    const largest = new Map<string, bigint>();
    for (const { results } of described) {
      for (const { topics: inFolder } of results) {
        for (const { name, partitions } of inFolder) {
          for (const { partitionIndex, partitionSize } of partitions) {
            const key = `${partitionIndex} ${name}`;
            const size = BigInt(partitionSize);
            if (size > (largest.get(key) ?? -1n)) largest.set(key, size);
          }
        }
      }
    }
    const bytes = new Map<string, bigint>();
    for (const [key, size] of largest) {
      const name = key.slice(key.indexOf(' ') + 1);
      bytes.set(name, (bytes.get(name) ?? 0n) + size);
    }
    return bytes;
  }

  topicRules(): Promise<readonly TopicRule[] | undefined> {
    const asked = this.#asked('DescribeAcls', '');
    return this.#callUnless('SECURITY_DISABLED', 'read who may do what', asked, describeTopicRules);
  }

  async close(): Promise<void> {
    const admin = this.#kept;
    this.#kept = undefined;
    await admin?.close();
  }

  get #security(): Security {
    return this.#options.security ?? plainSecurity;
  }

  #asked(request: AuthorizedRequest, resource: string): Asked {
    const servers = this.#options.bootstrapServers.join(',');
    return { request, resource, account: { principal: principalOf(this.#security.settings), servers } };
  }

  #call<T>(doing: string, use: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#callUnless(undefined, doing, undefined, use) as Promise<T>;
  }

  /** `unless`: the name of the Kafka error that means that nothing is left to do. */
  async #callUnless<T>(
    unless: string | undefined,
    doing: string,
    asked: Asked | undefined,
    use: (admin: Admin) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await use(await this.#open());
    } catch (error) {
      const failure = adminError(error, this.region, doing, asked);
      if (failure.error.code === 'CW-3012') this.#security.logins.note(failure.error);
      if (unless !== undefined && failure.kafkaErrors.includes(unless)) return undefined;
      await this.close();
      throw failure.error;
    }
  }

  /** The kept client, unless certificates have changed since it was made. */
  async #open(): Promise<Admin> {
    const { bootstrapServers, clientId, timeoutMs = timeoutMsDefault } = this.#options;
    const security = this.#security;
    const tls = await security.tlsOptions();
    if (this.#kept !== undefined && tls?.secureContext === this.#keptContext) return this.#kept;
    await this.close();
    security.logins.check();
    this.#keptContext = tls?.secureContext;
    this.#kept = new Admin({
      clientId,
      bootstrapBrokers: [...bootstrapServers],
      retries: 0,
      connectTimeout: connectMs,
      timeout: timeoutMs,
      ...(tls !== undefined && { tls, tlsServerName: bootstrapServers.every(hasName) }),
      ...loginOf(security),
    });
    return this.#kept;
  }
}

/** The library asks for the host by name in the handshake, which must not be an address (RFC 6066). */
const hasName = (server: string): boolean => isName(parseAddress(server)?.host ?? '');
