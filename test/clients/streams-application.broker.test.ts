// A Kafka Streams application with exactly-once moves from a source to its mirror: it is stopped cleanly in
// the middle of its input, the mirror becomes level, and it goes on there from its copied offsets. Nothing is
// lost, and nothing counted twice.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Admin } from '@platformatic/kafka';
import { sharedLab, uniqueTopic } from '../../lab/rig.ts';
import { systemClock } from '../../src/base/clock.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { javaConsumerLines } from './java-consumer.ts';
import { StreamsApplication } from './streams-application.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('streams'));
const folder = await mkdtemp(path.join(tmpdir(), 'causeway-streams-'));
after(async () => {
  await link[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const partitions = 2;
const applicationId = uniqueTopic('counts');
const input = `${applicationId}-input`;
const output = `${applicationId}-output`;
/** Named by Kafka Streams, and compacted, as it makes them. */
const changelog = `${applicationId}-counts-changelog`;
const servers = { source: lab.bootstrapServers('eu-west'), target: lab.bootstrapServers('us-east') };
const placeAt = (side: 'source' | 'target') => ({
  servers: servers[side],
  applicationId,
  input,
  output,
  stateFolder: path.join(folder, side),
});

const keys = 20;
let written = 0;

/** Records with running numbers, the keys in turn: each key is in one partition only. */
async function writeInput(count: number): Promise<void> {
  for (const partition of [0, 1]) {
    const numbers = Array.from({ length: count }, (_, index) => written + index);
    const own = numbers.filter((number) => (number % keys) % partitions === partition);
    for (let at = 0; at < own.length; at += 100) {
      const records = own.slice(at, at + 100).map((number) => ({
        timestamp: BigInt(Math.trunc(systemClock.wallMs())),
        key: Buffer.from(`key ${number % keys}`),
        value: Buffer.from(`record ${number}`),
      }));
      await link.writer.append(input, partition, [encodeBatch(records, { codec: 'lz4' })]);
    }
  }
  written += count;
}

const partitionsOf = (topic: string): TopicPartition[] =>
  Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));

const admins = [servers.source, servers.target].map(
  (each) => new Admin({ clientId: 'streams-offsets', bootstrapBrokers: each.split(',') }),
) as [Admin, Admin];
const [sourceAdmin, targetAdmin] = admins;
after(() => Promise.all(admins.map((admin) => admin.close())));

interface Committed {
  readonly partition: number;
  readonly offset: bigint;
}

/** Of its input, by partition: Kafka Streams commits no other offsets. */
async function committedAt(admin: Admin): Promise<Committed[]> {
  const [group] = await admin.listConsumerGroupOffsets({ groups: [applicationId], requireStable: true });
  const committed = group?.topics.find(({ name }) => name === input)?.partitions ?? [];
  return committed.map((each) => ({ partition: each.partitionIndex, offset: each.committedOffset }));
}

const sumOf = (committed: readonly Committed[]): number =>
  committed.reduce((sum, { offset }) => sum + Number(offset), 0);

/** As a person would who moves the application; without leader epochs, which are the source's own. */
async function copyOffsets(): Promise<Committed[]> {
  const partitionOffsets = await committedAt(sourceAdmin);
  const topics = [{ name: input, partitionOffsets }];
  await targetAdmin.alterConsumerGroupOffsets({ groupId: applicationId, topics });
  return partitionOffsets;
}

/** For each record of the input, the counts that it came to by in the output. */
type Counts = Map<string, string[]>;

/** As consumers see them: committed ones at the target, and everything that the source holds. */
async function readCounts(): Promise<{ readonly atTarget: Counts; readonly atSource: Counts }> {
  const readings = [
    { servers: servers.target, level: 'read_committed' },
    { servers: servers.source, level: 'read_uncommitted' },
  ] as const;
  const [atTarget, atSource] = [new Map(), new Map()] as [Counts, Counts];
  let ends = 0;
  for await (const line of javaConsumerLines(
    readings.map((each) => ({ ...each, topic: output, partitions })),
  )) {
    if (line.startsWith('end ')) ends += 1;
    else {
      const value = Buffer.from(line.split(' ')[6]?.slice(1, -1) ?? '', 'base64').toString();
      const [, count = '', record = ''] = /^(\d+) (.*)$/.exec(value) ?? [];
      const counts = ends < partitions ? atTarget : atSource;
      counts.set(record, [...(counts.get(record) ?? []), count]);
    }
  }
  return { atTarget, atSource };
}

test('an application with exactly-once goes on at the mirror', { timeout: 180_000 }, async () => {
  for (const topic of [input, output]) await link.createTopic(topic, { partitions });
  await lab.createTopic('us-east', changelog, { partitions, config: { 'cleanup.policy': 'compact' } });
  await using inputEngine = link.startEngine(partitionsOf(input));
  await writeInput(2_000);

  // A transaction is aborted: the application fails in it, and takes its records again, in whichever order.
  await using atSource = await StreamsApplication.start(placeAt('source'), 700);
  await waitUntil('all to be committed', async () => sumOf(await committedAt(sourceAdmin)) === written, {
    seen: () => atSource.processed,
  });
  await using ownEngine = link.startEngine([output, changelog].flatMap(partitionsOf));
  await writeInput(1_000);
  await atSource.stop();
  await writeInput(1_000);
  const mirrored = [input, output, changelog].flatMap(partitionsOf);
  for (const each of mirrored) await link.mustAgree(each);
  const engineOf = (topic: string) => (topic === input ? inputEngine : ownEngine).engine;
  for (const { topic, partition } of mirrored)
    assert.equal(engineOf(topic).find(topic, partition)?.shift, 0n);
  // The target is the application's from here on; its input goes on coming from the source.
  await ownEngine.stop();

  const copied = await copyOffsets();
  assert.ok(
    sumOf(copied) > 0 && sumOf(copied) <= written - 1_000,
    `${sumOf(copied)} of ${written} are committed`,
  );
  await using moved = await StreamsApplication.start(placeAt('target'));
  await waitUntil('the application to go on', () => moved.processed > 0);
  await writeInput(500);
  await waitUntil(
    `${written} records to be committed`,
    async () => sumOf(await committedAt(targetAdmin)) === written,
    { seen: () => moved.processed },
  );
  await moved.stop();

  const counts = await readCounts();
  const again = [...counts.atSource.values()].filter(({ length }) => length > 1);
  assert.ok(again.length > 0, 'the source holds counts of a transaction that was aborted');
  const wanted = Array.from({ length: written }, (_, number): [string, string[]] => [
    `record ${number}`,
    [`${Math.trunc(number / keys) + 1}`],
  ]);
  assert.deepEqual(inOrder(counts.atTarget), inOrder(wanted));
});

const inOrder = (counts: Iterable<[string, string[]]>): [string, string[]][] =>
  [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
