// The model answers as a real broker does: the same random requests, right and wrong ones, to both.
// CAUSEWAY_COMPARISON_SEED replays one run; CAUSEWAY_COMPARISON_SEQUENCES makes it longer.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { seededRandom, systemRandom } from '../../../src/base/random.ts';
import type { BrokerConnection } from '../../../src/kafka/client/cluster.ts';
import { createKafkaCluster } from '../../../src/kafka/client/real-cluster.ts';
import type { TopicId } from '../../../src/kafka/wire/messages.ts';
import { kafkaErrorName } from '../../../src/kafka/wire/error-codes.ts';
import { produceByIdFrom } from '../../../src/kafka/wire/produce.ts';
import { capabilitiesOf } from '../../compatibility/cluster-features.ts';
import { Scheduler } from '../../simulation/scheduler.ts';
import { ModelCluster } from '../model-cluster.ts';
import { quietCluster } from '../model-types.ts';
import { RandomSteps } from './random-steps.ts';
import { type Answer, Side } from './side.ts';
import { type Step, stepText } from './steps.ts';
import { TransactionalProducer } from './transactional-producer.ts';

const lanes = 8;
const partitionsPerLane = 4;
const stepsPerSequence = 10;
const shown = { depth: 5, breakLength: 200 };
const sequences = Number(process.env['CAUSEWAY_COMPARISON_SEQUENCES'] ?? 2_400);
const seed = Number(process.env['CAUSEWAY_COMPARISON_SEED'] ?? systemRandom.int(2 ** 31));

const lab = await sharedLab();
const region = lab.regions[0] as string;
const topic = uniqueTopic('broker-model');
/** Before Kafka 4.1 a produce request names topics, and their ids play no part in it. */
const server = lab.bootstrapServers(region).split(',')[0] as string;
const { calls, finalized } = await capabilitiesOf(server);
const produceById = (calls.get('Produce')?.[1] ?? 0) >= produceByIdFrom;
/**
 * The model is of brokers from 4.1 on. Those before refuse wrong writes in transactions with other codes, and
 * tell a start of transactions that have not begun. A mirror writes no data in transactions and does not read
 * that; all that its fillers rely on is compared with each version.
 */
const isModelled = produceById;
const transactionVersion = (finalized.get('transaction.version') ?? 0) >= 2 ? 2 : 0;
const cluster = createKafkaCluster({
  bootstrapServers: lab.bootstrapServers(region).split(','),
  clientId: 'broker-model',
  clock: systemClock,
  log: silentLog,
});
after(async () => {
  await cluster.close();
});

test(`the model and a real broker give the same answers (seed ${seed})`, async () => {
  await lab.createTopic(region, topic, {
    partitions: lanes * partitionsPerLane,
    // The records are old: they must not go while they are compared.
    // Kafka 3.9 has no limit by default.
    // A marker has the clock's time and would begin a new segment, at whose start a fetch ends.
    config: {
      'retention.ms': '-1',
      'segment.ms': '9223372036854775807',
      'message.timestamp.after.max.ms': '3600000',
    },
  });
  const asked = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => compareLane(lane)));
  const differences = asked.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
  assert.equal(differences.length, 0, differences.join('\n\n'));
  const requests = asked.map((each) => (each.status === 'fulfilled' ? each.value : 0));
  assert.ok(requests.reduce((sum, each) => sum + each, 0) >= sequences * stepsPerSequence);
});

const judged = ({ began, ...rest }: Answer): Answer =>
  isModelled && began !== undefined ? { ...rest, began } : rest;

/** Compares the sequences of one lane, on partitions of its own; returns how many requests were compared. */
async function compareLane(lane: number): Promise<number> {
  const partitions = partitionsOf(lane);
  const makes = new RandomSteps(seededRandom(seed * lanes + lane), partitions, {
    writesInTransactions: isModelled,
  });
  const real = await realSide(`comparison.${topic}.${lane}`);
  const model = await modelSide();
  const trail: string[] = [];
  const both = async (step: Step): Promise<void> => {
    const expected = judged(await real.side.ask(step));
    const answered = judged(await model.ask(step));
    trail.push(stepText(step));
    if (!isDeepStrictEqual(answered, expected)) {
      const recent = trail.slice(-stepsPerSequence).join('\n');
      const sides = `model ${inspect(answered, shown)}\nbroker ${inspect(expected, shown)}`;
      throw new Error(`seed ${seed}, lane ${lane}, after\n${recent}\n${sides}`);
    }
    makes.learn(step, answered);
  };
  let steps = 0;
  try {
    for (let sequence = 0; sequence < Math.ceil(sequences / lanes); sequence += 1) {
      makes.begin();
      for (let at = 0; at < stepsPerSequence; at += 1, steps += 1) await both(makes.next());
      for (const step of makes.closing()) await both(step);
    }
    return steps;
  } finally {
    await real.close();
  }
}

async function realSide(prefix: string): Promise<{ side: Side; close: () => Promise<void> }> {
  const view = await cluster.metadata([topic]);
  const found = view.topics[0];
  assert.ok(found !== undefined && found.errorCode === 0);
  const leaderId = found.partitions[0]?.leaderId as number;
  const connection = await cluster.connect(leaderId);
  await coordinatorsReady(connection, prefix);
  await partitionsReady(connection);
  const producer = await TransactionalProducer.to(server);
  const side = new Side({
    cluster,
    connection,
    topic,
    topicId: found.topicId,
    prefix,
    produceInTransaction: (id, request) => producer.produce(id, request),
    pause: () => systemClock.sleep(5),
  });
  const close = async (): Promise<void> => {
    connection.destroy('compared');
    await producer.close();
  };
  return { side, close };
}

const partitionsOf = (lane: number): number[] =>
  Array.from({ length: partitionsPerLane }, (_, at) => lane * partitionsPerLane + at);

/** A new topic's partitions are known some moments before they are led. */
async function partitionsReady(connection: BrokerConnection): Promise<void> {
  const partitions = Array.from({ length: lanes }, (_, lane) => partitionsOf(lane)).flat();
  const asked = partitions.map((partition) => ({ partition, currentLeaderEpoch: -1, timestamp: -1n }));
  for (;;) {
    const topics = [{ topic, partitions: asked }];
    const answers = await connection.listOffsets({ replicaId: -1, isolationLevel: 0, topics });
    if (answers.every(({ errorCode }) => errorCode === 0)) return;
    await systemClock.sleep(100);
  }
}

/** A fresh cluster makes the topic of its coordinators on the first question (kafka-facts 21). */
async function coordinatorsReady(connection: BrokerConnection, prefix: string): Promise<void> {
  const asking = { transactionalId: `${prefix}.ready`, transactionTimeoutMs: 60_000 };
  for (;;) {
    const found = await connection.findCoordinator(asking.transactionalId);
    const made = await connection.initProducerId({ ...asking, producerId: -1n, producerEpoch: -1 });
    const errors = [found.errorCode, made.errorCode].map(kafkaErrorName);
    if (errors.every((name) => name === 'NONE')) return;
    assert.ok(
      errors.every((name) => name === 'NONE' || name.includes('COORDINATOR')),
      errors.join(),
    );
    await systemClock.sleep(100);
  }
}

async function modelSide(): Promise<{ ask: (step: Step) => Promise<Answer> }> {
  const scheduler = new Scheduler();
  const settings = { ...quietCluster, clientDelayMs: 0, produceById, transactionVersion } as const;
  const model = new ModelCluster({ name: 'model', brokers: 1, scheduler, settings, seed: 1 });
  const topicId: TopicId = model.createTopic(topic, {
    partitions: lanes * partitionsPerLane,
    replicas: 1,
    minInSync: 1,
  });
  const client = model.clientOf('client');
  const connection = model.openConnection('client', 1);
  const connecting = connection.open(1_000);
  model.openTransactionLog();
  await scheduler.runUntil(scheduler.nowMs + 10);
  await connecting;
  const side = new Side({
    cluster: client,
    connection,
    topic,
    topicId,
    prefix: 'model',
    produceInTransaction: (id, request) => connection.produceInTransaction(id, request),
    pause: () => Promise.resolve(),
  });
  const ask = async (step: Step): Promise<Answer> => {
    let over = false;
    const asking = side.ask(step).finally(() => {
      over = true;
    });
    // A request waits for a few milliseconds at most; one that is never answered is a difference.
    for (let looks = 0; !over && looks < 1_000; looks += 1) await scheduler.runUntil(scheduler.nowMs + 10);
    return over ? asking : { nothing: true };
  };
  return { ask };
}
