// Kafka's own promise, kept by the model under faults: a transaction is there once and whole, or not at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pick, type Random, seededRandom } from '../../src/base/random.ts';
import { AbortedTransactions } from '../../src/kafka/batch/aborted-transactions.ts';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import type { ModelCluster } from './model-cluster.ts';
import { ModelRig, topic } from './model-rig.ts';
import { TransactionalApplication } from './transactional-application.ts';
import { transactionTopic } from './transaction-log.ts';

const partitions = [0, 1, 2];
const runs = 10;
const faultsUntilMs = 120_000;

/** Values that a read-committed reader sees, transaction by transaction. */
function visible(rig: ModelRig): Map<number, string[]> {
  const seen = new Map<number, string[]>();
  for (const partition of partitions) {
    const { log, aborted, lastStableOffset } = rig.leader(partition);
    const filter = new AbortedTransactions(aborted.collect(log.start, lastStableOffset));
    for (const { bytes, lastOffset } of log.batches) {
      if (lastOffset >= lastStableOffset || !filter.isVisible(bytes)) continue;
      for (const { value } of decodeBatch(bytes)) {
        const number = Number.parseInt(String(value), 10);
        seen.set(number, [...(seen.get(number) ?? []), String(value)]);
      }
    }
  }
  return seen;
}

function breakSomething(cluster: ModelCluster, random: Random): void {
  const id = pick(random, cluster.brokerIds);
  const moves = (name: string) =>
    cluster.controller.topicId(name) !== undefined &&
    cluster.controller.moveLeader(name, 0, pick(random, cluster.brokerIds));
  const faults = [
    () => cluster.kill(id),
    () => cluster.freeze(id),
    () => cluster.isolate(id),
    () => moves(topic),
    () => moves(transactionTopic),
    () => cluster.healBrokers(),
    () => cluster.healBrokers(),
  ];
  pick(random, faults)();
}

async function run(seed: number) {
  const rig = await ModelRig.started({
    partitions: partitions.length,
    settings: { brokerDelayMs: 15, jitterMs: 20 },
  });
  const { scheduler, cluster, topicId } = rig;
  const random = seededRandom(seed);
  const application = new TransactionalApplication({
    owner: 'application',
    cluster,
    clock: scheduler.clockOf('application'),
    random,
    transactionalId: 'orders',
    topic,
    topicId,
    partitions,
    transactionTimeoutMs: 10_000,
  });
  let over = false;
  const running = application.run(() => over);
  while (scheduler.nowMs < faultsUntilMs) {
    await rig.pass(200 + random.int(5_000));
    breakSomething(cluster, random);
  }
  cluster.healBrokers();
  await rig.pass(60_000);
  over = true;
  await rig.settled(running);
  // What an interrupted transaction left open is aborted when its time is over.
  await rig.pass(60_000);
  return { rig, application };
}

test(`transactions under faults are there once and whole, or not at all (${runs} seeds)`, async () => {
  let several = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const { rig, application } = await run(seed);
    const counts = [...application.outcomes.values()];
    assert.ok(counts.filter((each) => each === 'committed').length > 20, `seed ${seed}: too few committed`);
    const seen = visible(rig);
    for (const [number, values] of seen) {
      const outcome = application.outcomes.get(number);
      assert.notEqual(outcome, 'aborted', `seed ${seed}: transaction ${number} was aborted and is seen`);
      assert.deepEqual(values, application.written.get(number), `seed ${seed}: transaction ${number}`);
    }
    for (const [number, outcome] of application.outcomes) {
      if (outcome === 'committed') assert.ok(seen.has(number), `seed ${seed}: ${number} is lost`);
    }
    for (const partition of partitions) {
      const { lastStableOffset, log } = rig.leader(partition);
      assert.equal(lastStableOffset, log.end, `seed ${seed}: partition ${partition} is held back`);
      const markers = log.batches.filter(({ control }) => control);
      several += markers.filter((each, at) => each.producerEpoch === markers[at - 1]?.producerEpoch).length;
    }
  }
  assert.ok(several > 0, 'no epoch has two markers: the faults were too mild');
});
