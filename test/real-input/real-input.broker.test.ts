// Real rows, produced by Kafka's own client in every codec, mirrored, and then seen on both sides by Kafka's
// own tools: the dump of log segments and a stock consumer.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../lab/rig.ts';
import { seededRandom } from '../../src/base/random.ts';
import { codecs } from '../../src/kafka/batch/header.ts';
import { dumpSegments, findSegments } from '../fixtures/segment-dump.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { chooseRows, dataFolder, findDataSets, writeMadeRows } from './data-sets.ts';
import { readDumpLine } from './dump-lines.ts';
import { consumeRows, produceRows } from './kafka-programs.ts';

const partitions = 2;
const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('real-input'));
after(() => link[Symbol.asyncDispose]());

/** Both sides line by line; returns how many lines there were. */
async function compareLines(
  what: string,
  source: AsyncIterator<string>,
  target: AsyncIterator<string>,
): Promise<number> {
  for (let lines = 0; ; lines += 1) {
    const [theirs, ours] = await Promise.all([source.next(), target.next()]);
    if (theirs.done === true && ours.done === true) return lines;
    // Compared by hand: an assertion per line would take longer than everything else.
    if (theirs.value !== ours.value) assert.equal(ours.value, theirs.value, `${what}, line ${lines + 1}`);
  }
}

/** Batches and records of a dump, as far as a mirror must have the same. */
async function* dumpOf(region: string, prefix: string, counts: { records: number; batches: number }) {
  const files = await findSegments(lab.dataFolder(region), (name) => name.startsWith(`${prefix}-`));
  for await (const line of dumpSegments(files)) {
    const { kind, text } = readDumpLine(line);
    if (kind === 'other') continue;
    counts[kind === 'batch' ? 'batches' : 'records'] += 1;
    yield text;
  }
}

/** Produces the files in every codec while they are mirrored, and compares both sides. */
async function mirrorFiles(rows: 'made' | 'sets', files: readonly string[]): Promise<void> {
  const prefix = uniqueTopic(rows);
  const both = codecs.flatMap((codec) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: `${prefix}-${codec}`, partition })),
  );
  for (const codec of codecs) await link.createTopic(`${prefix}-${codec}`, { partitions });
  await using running = link.startEngine(both);
  const [source, target] = [lab.bootstrapServers('eu-west'), lab.bootstrapServers('us-east')];
  const count = await produceRows(source, prefix, partitions, files);
  assert.ok(count > 1_000, `only ${count} rows`);
  for (const each of both) await link.mustBeEqual(each);
  await running.stop();

  const counts = { source: { records: 0, batches: 0 }, target: { records: 0, batches: 0 } };
  await compareLines(
    'dumps of log segments',
    dumpOf('eu-west', prefix, counts.source),
    dumpOf('us-east', prefix, counts.target),
  );
  assert.equal(counts.source.records, count * codecs.length);
  assert.deepEqual(counts.target, counts.source);
  const read = await compareLines(
    'what a consumer sees',
    consumeRows(source, prefix, partitions),
    consumeRows(target, prefix, partitions),
  );
  assert.equal(read, count * codecs.length);
}

const folder = await mkdtemp(path.join(tmpdir(), 'causeway-rows-'));
after(() => rm(folder, { recursive: true }));
const dataSets = findDataSets();
const skip = dataSets.length === 0 && `the data sets are not there: ${dataFolder}`;

test('made rows in every codec', async () => {
  await mirrorFiles('made', await writeMadeRows(folder, seededRandom(5)));
});

test('the data sets in every codec', { skip }, async () => {
  await mirrorFiles('sets', await chooseRows(folder, dataSets));
});
