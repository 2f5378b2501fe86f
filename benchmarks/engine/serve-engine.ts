// Causeway's data plane alone, in a process of its own: one Engine that mirrors one topic under a producer
// id that it asks for itself. No ledger, no controller: what is measured is the byte path.
// Usage: serve-engine.ts SOURCE_SERVERS TARGET_SERVERS TOPIC PARTITIONS [LIMITS [soft]]; SIGTERM ends it.
// Told to stop and start by its parent, it copies the topic anew.
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { keepNewObjectsYoung } from '../../src/base/heap.ts';
import type { Log } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { createKafkaCluster } from '../../src/kafka/client/real-cluster.ts';
import { kafkaError, kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import type { Fence } from '../../src/data-plane/mirror/fence.ts';
import { staticFence } from '../../test/fixtures/static-fence.ts';
import { Engine } from '../../src/data-plane/worker/engine.ts';
import { defaultLimits, type WorkerLimits } from '../../src/data-plane/worker/limits.ts';

const triesMax = 50;
const retryDelayMs = 100;
const [sourceServers = '', targetServers = '', topic = '', ...more] = process.argv.slice(2);
const [partitions = '', limitsJson = '{}', softness = ''] = more;

const line: Log['info'] = (fields, message) => {
  process.stderr.write(`${new Date().toISOString()} ${message} ${JSON.stringify(fields)}\n`);
};
const log: Log = { debug: () => undefined, info: line, warn: line, error: line };

async function main(): Promise<void> {
  keepNewObjectsYoung();
  const source = clusterAt(sourceServers);
  const target = clusterAt(targetServers);
  const fence = await newFence(target);
  const engine = new Engine({
    sourceRegion: 'source',
    targetRegion: 'target',
    source,
    target,
    fences: staticFence(fence),
    clock: systemClock,
    random: systemRandom,
    log,
    limits: { ...defaultLimits, ...(JSON.parse(limitsJson) as Partial<WorkerLimits>) },
  });
  addAll(engine);
  process.on('message', (order) => {
    if (order === 'start') addAll(engine);
    else removeAll(engine).then(() => process.send?.('stopped'), fail);
  });
  await new Promise((resolve) => process.once('SIGTERM', resolve));
  process.disconnect?.();
  log.info({ ...engine.counts, rttMs: engine.rttMs }, 'stopping');
  await engine.stop();
  await Promise.all([source.close(), target.close()]);
}

function addAll(engine: Engine): void {
  for (let partition = 0; partition < Number(partitions); partition += 1) {
    const ends = { sourceRegion: 'source', targetRegion: 'target' };
    const ids = { sourceTopicId: undefined, targetTopicId: undefined };
    const soft = softness === 'soft' ? 'from-start' : undefined;
    engine.add({ set: 'bench', topic, partition, ...ends, ...ids, soft }).resume();
  }
}

async function removeAll(engine: Engine): Promise<void> {
  for (let partition = 0; partition < Number(partitions); partition += 1) engine.remove(topic, partition);
  while ([...engine.partitions].length > 0) await systemClock.sleep(1);
}

function fail(error: unknown): void {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

function clusterAt(servers: string): KafkaCluster {
  const bootstrapServers = servers.split(',');
  return createKafkaCluster({ bootstrapServers, clientId: 'causeway', clock: systemClock, log });
}

/**
 * A fresh producer id, as a generation has one. A broker that has just started hands out none for a moment.
 */
async function newFence(target: KafkaCluster): Promise<Fence> {
  const { brokers } = await target.metadata([]);
  const connection = await target.connect(brokers[0]?.nodeId ?? -1);
  const request = { transactionalId: undefined, transactionTimeoutMs: 0, producerId: -1n, producerEpoch: -1 };
  try {
    for (let tries = 1; ; tries += 1) {
      const { errorCode, producerId, producerEpoch } = await connection.initProducerId(request);
      if (errorCode === kafkaError.NONE) return { generation: 1, producerId, producerEpoch };
      if (tries === triesMax) throw new Error(`InitProducerId answered ${kafkaErrorName(errorCode)}`);
      await systemClock.sleep(retryDelayMs);
    }
  } finally {
    connection.destroy('asked');
  }
}

try {
  await main();
} catch (error) {
  fail(error);
}
