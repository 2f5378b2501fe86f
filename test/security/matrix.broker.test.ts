// Every way of getting in, at the source, at the target and at both: administration, and the byte path.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { uniqueTopic } from '../../lab/rig.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { SecuredLab, type Way } from './secured-lab.ts';

const secured = await SecuredLab.start();
after(() => secured[Symbol.asyncDispose]());

async function mirrored(source: Way, target: Way): Promise<void> {
  const sourceEnd = secured.endAt('eu-west', source);
  const targetEnd = secured.endAt('us-east', target);
  const set = uniqueTopic('secured');
  await using link = await TestLink.open(secured.lab, set, { sourceEnd, targetEnd });
  await link.createTopic(set);
  await link.produce(set, 0, 500);
  await using running = link.startEngine([{ topic: set, partition: 0 }]);
  assert.equal(await link.mustBeEqual({ topic: set, partition: 0 }), 500n);
  const [partition] = running.engine.partitions;
  assert.equal(partition?.counts.starts, 1);
}

suite('records are mirrored', () => {
  for (const way of secured.ways) {
    test(`from a source by ${way.name}`, () => mirrored(way, secured.plain));
    test(`into a target by ${way.name}`, () => mirrored(secured.plain, way));
    test(`where both ask for ${way.name}`, () => mirrored(way, way));
  }
});

suite('topics are administered', () => {
  for (const way of secured.ways) {
    test(`by ${way.name}`, async () => {
      const admin = secured.openAdmin('us-east', way);
      const name = uniqueTopic('administered');
      try {
        const settings = new Map([['retention.ms', '60000']]);
        await admin.createTopic({ name, partitions: 1, replicationFactor: 1, settings });
        // A broker answers a creation before it knows the topic itself.
        const found = await waitUntil(`the settings of ${name}`, () => admin.topicSettings([name]));
        assert.equal(found.get(name)?.get('retention.ms'), '60000');
      } finally {
        await admin.close();
      }
    });
  }
});
