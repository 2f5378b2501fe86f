// Topics of every shape, mirrored, and then looked at with other people's eyes: Kafka's dump of both sides'
// log segments, its own consumer, kcat and librdkafka.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../lab/rig.ts';
import { judgeDumps } from '../checkers/dump-judge.ts';
import { readDumps } from '../checkers/dumped-log.ts';
import { dumpSegments, findSegments } from '../fixtures/segment-dump.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { javaConsumer } from './java-consumer.ts';
import { findKcat } from './kcat.ts';
import { findLibrdkafka } from './librdkafka.ts';
import { type IsolationLevel, isolationLevels, type Reader, type SeenLog } from './reader.ts';
import type { Shape } from './shape.ts';
import { shapes } from './shapes.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('shapes'));
after(() => link[Symbol.asyncDispose]());
const servers = { source: lab.bootstrapServers('eu-west'), target: lab.bootstrapServers('us-east') };
const sides = ['source', 'target'] as const;
type Side = (typeof sides)[number];

const folders = { source: lab.dataFolder('eu-west'), target: lab.dataFolder('us-east') };
const site = {
  link,
  sourceServers: servers.source,
  targetServers: servers.target,
  sourceFolder: folders.source,
};
const mirrored: { readonly shape: Shape; readonly topic: string }[] = [];
for (const shape of shapes) {
  const topic = uniqueTopic('shape');
  const { config, source, target = {} } = shape;
  await link.createTopic(topic, { config: { ...config, ...source } }, { config: target });
  await shape.write(site, topic);
  mirrored.push({ shape, topic });
}
const running = link.startEngine(
  mirrored.map(({ shape, topic }) => {
    const isCompacted = shape.config?.['cleanup.policy']?.includes('compact') === true;
    return { topic, partition: 0, ...(isCompacted && ({ soft: 'from-start' } as const)) };
  }),
);
after(() => running.stop());

/** Until both logs end at the same offset, or the mirror says why they will not. */
async function mustBecomeLevel(topic: string): Promise<void> {
  const { cause } = await waitUntil(`${topic} to become level`, async () => {
    const state = running.engine.find(topic, 0)?.state;
    if (state?.name === 'stopped') return { cause: state.cause };
    const [theirs, ours] = [await link.endOf('source', topic, 0), await link.endOf('target', topic, 0)];
    return theirs === ours && { cause: undefined };
  });
  assert.equal(cause, undefined);
}
const level = await Promise.allSettled(mirrored.map(({ topic }) => mustBecomeLevel(topic)));
for (const [index, { shape }] of mirrored.entries()) {
  test(`${shape.name}: the mirror becomes level`, () => {
    const outcome = level[index];
    if (outcome?.status === 'rejected') throw outcome.reason as Error;
  });
}

/** What one client has read of everything; keyed by side, isolation level and topic. */
type SeenLogs<Log extends SeenLog> = ReadonlyMap<string, Log>;
const keyOf = (side: Side, isolation: IsolationLevel, topic: string) => `${side} ${isolation} ${topic}`;

/** All shapes on both sides in both isolation levels, in as few processes as the client allows. */
async function readAll<Log extends SeenLog>(reader: Reader<Log>): Promise<SeenLogs<Log>> {
  const readings = sides.flatMap((side) =>
    isolationLevels.flatMap((isolation) => mirrored.map(({ topic }) => ({ side, topic, isolation }))),
  );
  const logs = await reader.read(
    readings.map(({ side, topic, isolation }) => ({ servers: servers[side], topic, level: isolation })),
  );
  const keys = readings.map(({ side, topic, isolation }) => keyOf(side, isolation, topic));
  return new Map(logs.map((log, index) => [keys[index] as string, log]));
}

const seenByJava = await readAll(javaConsumer);

function mustHave<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('not all of it was read');
  return found;
}

test('Kafka’s dump: each committed record at its offset, every other offset a control record', async (t) => {
  const isOurs = (folder: string) => mirrored.some(({ topic }) => folder === `${topic}-0`);
  const files = await Promise.all(sides.map((side) => findSegments(folders[side], isOurs)));
  const dumps = await readDumps(dumpSegments(files.flat()));
  for (const { shape, topic } of mirrored) {
    await t.test(shape.name, () => {
      const [theirs, ours] = sides.map((side) => {
        const { start, end } = mustHave(seenByJava.get(keyOf(side, 'read_uncommitted', topic)));
        return { start, end, batches: mustHave(dumps.get(`${folders[side]}/${topic}-0`)) };
      });
      const { records, aborted } = judgeDumps(mustHave(theirs), mustHave(ours));
      assert.ok(records > 0);
      assert.equal(aborted > 0, shape.hasAborted === true);
    });
  }
});

/** The same records at the same offsets in both isolation levels as committed ones at the source. */
function mustSeeTheSame({ shape, topic }: (typeof mirrored)[number], seen: SeenLogs<SeenLog>): void {
  const theirs = mustHave(seen.get(keyOf('source', 'read_committed', topic)));
  for (const isolation of isolationLevels) {
    assert.deepEqual(seen.get(keyOf('target', isolation, topic)), theirs, isolation);
  }
  const all = mustHave(seen.get(keyOf('source', 'read_uncommitted', topic)));
  assert.ok(theirs.records.length > 0);
  assert.equal(all.records.length > theirs.records.length, shape.hasAborted === true);
  // What the clients make of it is the same, too; headers are in words of their own.
  const inJava = mustHave(seenByJava.get(keyOf('source', 'read_committed', topic)));
  const withoutHeaders = ({ records, end }: SeenLog) => ({
    end,
    records: records.map((record) => ({ ...record, headers: '' })),
  });
  assert.deepEqual(withoutHeaders(theirs), withoutHeaders(inJava));
}

/** `.ci/run` installs these clients, and says so; elsewhere they may be missing. */
const areRequired = process.env['CAUSEWAY_OTHER_CLIENTS'] === 'required';
const clients = [
  { name: 'Java', reader: javaConsumer },
  { name: 'kcat', reader: await findKcat() },
  { name: 'librdkafka', reader: await findLibrdkafka() },
];
for (const { name, reader } of clients) {
  const whyNot = typeof reader === 'string' ? reader : undefined;
  const title = typeof reader === 'string' ? name : reader.name;
  const skip = areRequired ? false : (whyNot ?? false);
  test(`${title}: the same records at the same offsets, aborted ones never`, { skip }, async (t) => {
    if (typeof reader === 'string') throw new Error(reader);
    const seen = reader === javaConsumer ? seenByJava : await readAll(reader);
    for (const each of mirrored) await t.test(each.shape.name, () => mustSeeTheSame(each, seen));
  });
}
