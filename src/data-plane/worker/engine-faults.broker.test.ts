// The engine under load while brokers of both ends are killed, frozen and restarted, three replicas at the
// target. After each fault both logs are compared completely.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLab } from '../../../lab/lab.ts';
import { openCluster } from '../../../test/fixtures/link-plan.ts';
import { SteadyLoad } from '../../../test/fixtures/steady-load.ts';
import { blocked, TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { silentLog } from '../../base/log.ts';

// A dead or frozen broker is noticed after 3 s in place of 9.
const quick = { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' };
const lab = await startLab({
  regions: [{ name: 'eu-west' }, { name: 'us-east', brokers: 3 }],
  brokerSettings: quick,
});
after(() => lab.close());
const link = await TestLink.open(lab, 'engine-faults');
after(() => link[Symbol.asyncDispose]());

let topics = 0;
async function newTopic(partitions = 3, target: Record<string, string> = {}) {
  topics += 1;
  const topic = `faults-${topics}`;
  await link.createTopic(topic, { partitions }, { replicationFactor: 3, config: target });
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
}

/** Mirrors under load while `fault` happens, then compares everything. */
async function mirroredThrough(fault: () => Promise<void>): Promise<void> {
  const partitions = await newTopic();
  await using running = link.startEngine(partitions);
  await using load = new SteadyLoad(link.source, link.random, partitions);
  await load.more(500);
  await fault();
  await load.more(500);
  await load.stop();
  for (const each of partitions) await link.mustBeEqual(each);
  for (const { state } of running.engine.partitions) assert.equal(state.name, 'mirroring');
}

/** The broker that leads partition 0 of the newest topic at the target. */
async function leader(): Promise<number> {
  const view = await link.target.metadata([`faults-${topics}`]);
  return view.topics[0]?.partitions[0]?.leaderId ?? -1;
}

test('a target broker that leads is killed and comes back', async () => {
  await mirroredThrough(async () => {
    const broker = await leader();
    await lab.faults.kill('us-east', broker);
    await waitUntil('another leader', async () => (await leader()) !== broker);
    await lab.faults.heal('us-east');
  });
});

test('a target broker that leads is frozen, deposed, and wakes', async () => {
  await mirroredThrough(async () => {
    const broker = await leader();
    lab.faults.pause('us-east', broker);
    await waitUntil('another leader', async () => (await leader()) !== broker);
    await lab.faults.heal('us-east');
  });
});

test('every target broker is restarted in turn: leaders move', async () => {
  await mirroredThrough(async () => {
    for (const broker of [1, 2, 3]) await lab.faults.restart('us-east', broker);
  });
});

test('the source broker is killed and comes back', async () => {
  await mirroredThrough(async () => {
    await lab.faults.kill('eu-west');
    await lab.faults.heal('eu-west');
  });
});

test('the source broker is frozen and wakes', async () => {
  await mirroredThrough(async () => {
    lab.faults.pause('eu-west');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await lab.faults.heal('eu-west');
  });
});

test('too few replicas in sync: waits with CW-2022, and goes on when they are back', async () => {
  const [at] = await newTopic(1, { 'min.insync.replicas': '3' });
  assert.ok(at !== undefined);
  await using running = link.startEngine([at]);
  await link.produce(at.topic, 0, 1_000);
  await link.caughtUp(at);
  const partition = running.engine.find(at.topic, 0);
  const leaderId = partition?.point?.target.leaderId ?? -1;
  await lab.faults.kill('us-east', leaderId === 1 ? 2 : 1);
  await waitUntil(
    'the dead replica to fall out of sync',
    async () => (await inSync(leaderId, at.topic)) === 2,
  );
  await link.produce(at.topic, 0, 1_000);
  const cause = await blocked(partition, 'CW-2022');
  // The leader may act on the loss of its replica a moment after it tells of it, and append once more.
  const refused = 'at target offset 1000 broker \\d answered (NOT_ENOUGH_REPLICAS|REQUEST_TIMED_OUT)';
  assert.match(cause.message, new RegExp(`${refused}|replicated only up to 1000`));
  await lab.faults.heal('us-east');
  await link.mustBeEqual(at);
  await waitUntil('the partition to mirror again', () => partition?.state.name === 'mirroring');
});

/** Replicas in sync as that broker knows them: another one may know earlier. */
async function inSync(broker: number, topic: string): Promise<number | undefined> {
  const bootstrapServers = lab.region('us-east').brokers[broker - 1]?.address ?? '';
  const cluster = openCluster({ region: 'us-east', bootstrapServers }, 'asks-one', silentLog);
  try {
    return (await cluster.metadata([topic])).topics[0]?.partitions[0]?.inSync.length;
  } finally {
    await cluster.close();
  }
}
