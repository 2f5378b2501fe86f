// What the lab asks of a cluster: who is there, and topics. Each call has its own short-lived client, since
// brokers come and go under the lab's hands.
import { Admin } from '@platformatic/kafka';
import { CausewayError } from '../src/base/errors.ts';
import { brokerWords } from './broker-words.ts';

export interface TopicShape {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Instead of a factor, the brokers that hold each partition; the first one leads. */
  readonly brokers?: readonly number[];
  /** Instead of both, the brokers that hold each partition. */
  readonly assignments?: readonly (readonly number[])[];
  /** Kafka's own names. */
  readonly config?: Readonly<Record<string, string>>;
}

async function withAdmin<T>(bootstrapServers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({
    clientId: 'causeway-lab',
    bootstrapBrokers: bootstrapServers.split(','),
    retries: 0,
    connectTimeout: 2_000,
    timeout: 15_000,
  });
  try {
    return await use(admin);
  } catch (error) {
    throw new CausewayError(
      'CW-5016',
      `the cluster at ${bootstrapServers}: ${brokerWords(error)}`,
      {},
      error,
    );
  } finally {
    await admin.close();
  }
}

/** Node ids of the brokers that are registered and not fenced, as one of the addresses tells them. */
export const registeredBrokers = (bootstrapServers: string): Promise<readonly number[]> =>
  withAdmin(bootstrapServers, async (admin) => {
    const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
    return [...brokers.keys()];
  });

/** `host:port` by node id, as the brokers advertise themselves to whoever asks there. */
export const advertisedAddresses = (bootstrapServers: string): Promise<ReadonlyMap<number, string>> =>
  withAdmin(bootstrapServers, async (admin) => {
    const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
    return new Map([...brokers].map(([nodeId, { host, port }]) => [nodeId, `${host}:${port}`]));
  });

const visibleMsMax = 15_000;
const pollMs = 20;

/**
 * Creates a topic; the numbers are the broker's defaults unless given. Resolves when the broker that was
 * asked knows all leaders: until then, clients would be told that there is no such topic.
 */
export const createTopic = (bootstrapServers: string, topic: string, shape: TopicShape = {}): Promise<void> =>
  withAdmin(bootstrapServers, async (admin) => {
    await admin.createTopics({
      topics: [topic],
      ...placeOf(shape),
      configs: Object.entries(shape.config ?? {}).map(([name, value]) => ({ name, value })),
    });
    await becomes(`topic ${topic} is created, and has no leaders`, () => hasLeaders(admin, topic));
  });

function placeOf({ partitions, replicationFactor, brokers, assignments: given }: TopicShape) {
  const each = given ?? (brokers && Array.from({ length: partitions ?? 1 }, () => brokers));
  if (each === undefined) return { partitions: partitions ?? -1, replicas: replicationFactor ?? -1 };
  const assignments = each.map((those, partition) => ({ partition, brokers: [...those] }));
  return { partitions: -1, replicas: -1, assignments };
}

async function becomes(trouble: string, isSo: () => Promise<boolean>): Promise<void> {
  const startedAtMs = performance.now();
  while (!(await isSo())) {
    const forMs = performance.now() - startedAtMs;
    if (forMs > visibleMsMax) throw new Error(`${trouble} after ${visibleMsMax / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function hasLeaders(admin: Admin, topic: string): Promise<boolean> {
  if (!(await admin.listTopics({ includeInternals: true })).includes(topic)) return false;
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const partitions = topics.get(topic)?.partitions ?? [];
  return partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
}

/** Resolves when the broker that was asked does not know the topic any more. */
export const deleteTopic = (bootstrapServers: string, topic: string): Promise<void> =>
  withAdmin(bootstrapServers, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    const isGone = async () => !(await admin.listTopics({ includeInternals: true })).includes(topic);
    await becomes(`topic ${topic} is deleted, and still there`, isGone);
  });

export const topicNames = (bootstrapServers: string): Promise<string[]> =>
  withAdmin(bootstrapServers, (admin) => admin.listTopics({ includeInternals: true }));

/** ClientQuotaMatchTypes.EXACT of DescribeClientQuotas. */
const exactMatch = 0 as const;

/** Bytes per second; what is undefined is taken away again. */
export interface ClientQuotas {
  readonly fetch: number | undefined;
  readonly produce: number | undefined;
}

/** Quotas of everybody under this client id. Resolves when the broker that was asked knows them. */
export const setClientQuotas = (
  bootstrapServers: string,
  clientId: string,
  quotas: ClientQuotas,
): Promise<void> =>
  withAdmin(bootstrapServers, async (admin) => {
    const op = (key: 'consumer_byte_rate' | 'producer_byte_rate', value: number | undefined) =>
      value === undefined ? ({ key, remove: true } as const) : ({ key, value, remove: false } as const);
    const ops = [op('consumer_byte_rate', quotas.fetch), op('producer_byte_rate', quotas.produce)];
    const entities = [{ entityType: 'client-id' as const, entityName: clientId }];
    await admin.alterClientQuotas({ entries: [{ entities, ops }], validateOnly: false });
    const wanted = ops.filter(({ remove }) => !remove).length;
    await becomes(`quotas of ${clientId} are set, and not known`, async () => {
      const components = [{ entityType: 'client-id' as const, matchType: exactMatch, match: clientId }];
      const known = await admin.describeClientQuotas({ components, strict: true });
      return (known[0]?.values.length ?? 0) === wanted;
    });
  });
