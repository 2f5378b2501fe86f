// Topics that cannot become mirrors, as a person meets them: `serve` runs, the command line tells why, and
// the other topics of the set are mirrored. Also the same cluster given as two regions, and a region that is
// cut off.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { startLab } from '../../lab/lab.ts';
import { causeway, mustCauseway, ServeProcess } from '../fault/causeway-command.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

const lab = await startLab();
after(() => lab.close());
const link = await TestLink.open(lab, 'writers');
after(() => link[Symbol.asyncDispose]());

async function topologyFile(name: string, regionOf: (region: string) => string): Promise<string> {
  const regions = Object.fromEntries(
    ['eu-west', 'us-east'].map((region) => [region, { kafka: { 'bootstrap.servers': regionOf(region) } }]),
  );
  const mirrors = { shop: { topics: ['shop-*'], home: 'eu-west', to: ['us-east'] } };
  const file = path.join(lab.folder, `${name}.yaml`);
  await writeFile(file, stringify({ regions, mirrors }));
  return file;
}

const file = await topologyFile('shop', (region) => lab.bootstrapServers(region));
const fromTarget = await topologyFile('seen-from-us-east', (region) =>
  lab.bootstrapServers(region, 'us-east'),
);

/** What is said, in one line. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
const explained = async (topic: string): Promise<string> =>
  flat((await mustCauseway('mirrors', 'explain', topic, '--config', file)).stdout);
const explainedAs = (topic: string, words: RegExp) =>
  waitUntil(`${topic} to be explained by ${words.source}`, async () => words.test(await explained(topic)), {
    pollMs: 500,
  });

test('the same cluster given as two regions is refused, with its id, and nothing is changed', async () => {
  const twice = await topologyFile('twice', () => lab.bootstrapServers('eu-west'));
  const { exitCode, stderr } = await causeway('apply', '--yes', '--config', twice);
  assert.notEqual(exitCode, 0);
  assert.match(flat(stderr), /CW-1011/);
  assert.match(flat(stderr), /eu-west/);
  assert.match(flat(stderr), /us-east/);
});

test('topics that cannot be mirrors are refused with a cause, the others go on', async () => {
  for (const topic of ['shop-sound', 'shop-other', 'shop-wide']) {
    await lab.createTopic('eu-west', topic, { partitions: 2, config: { 'retention.ms': '-1' } });
    await link.produce(topic, 0, 300);
  }
  await lab.createTopic('us-east', 'shop-other', { partitions: 2 });
  await link.produceAtTarget('shop-other', 0, link.madeBatches(20));
  await lab.createTopic('us-east', 'shop-wide', { partitions: 5 });

  const serve = new ServeProcess({
    region: 'us-east',
    name: 'us-east-1',
    role: 'controller,worker',
    topologyFile: fromTarget,
    logFile: path.join(lab.folder, 'serve.log'),
  });
  after(() => serve.kill());
  await mustCauseway('apply', '--yes', '--config', file);
  await link.mustBeEqual({ topic: 'shop-sound', partition: 0 });
  await explainedAs(
    'shop-other',
    /CW-2028 us-east has a topic shop-other that holds records and is no mirror/,
  );
  await explainedAs('shop-wide', /CW-2027 shop-wide has 5 partitions in us-east and 2 in eu-west/);
  assert.equal(await link.endOf('target', 'shop-other', 0), 20n);
  assert.equal(await link.endOf('target', 'shop-wide', 0), 0n);

  // Once the topic in the way is gone, the mirror comes by itself.
  await lab.deleteTopic('us-east', 'shop-wide');
  assert.equal(await link.mustBeEqual({ topic: 'shop-wide', partition: 0 }), 300n);

  // A source that cannot be reached: what is known stays, and the partition says what it waits for.
  await lab.wan.set('eu-west', 'us-east', { cut: 'reset' });
  await explainedAs('shop-sound', /CW-300[1-4]/);
  await lab.wan.set('eu-west', 'us-east', { cut: null });
  await link.produce('shop-sound', 0, 100);
  assert.equal(await link.mustBeEqual({ topic: 'shop-sound', partition: 0 }), 400n);
  assert.equal(await serve.stop(), 0);
});
