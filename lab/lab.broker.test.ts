// The lab on real brokers: start, replication, faults, and what is left after its process was killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownLab, sharedLab, uniqueTopic } from './rig.ts';
import { topicNames } from './region-admin.ts';

test('the shared lab has two regions that hold topics apart', async () => {
  const lab = await sharedLab();
  const topic = uniqueTopic('lab-apart');
  await lab.createTopic('eu-west', topic, { partitions: 3, config: { 'retention.ms': '1000000' } });
  assert.ok((await topicNames(lab.bootstrapServers('eu-west'))).includes(topic));
  assert.ok(!(await topicNames(lab.bootstrapServers('us-east'))).includes(topic));
  await lab.deleteTopic('eu-west', topic);
});

test('three brokers with replication factor 3 survive the death of one', async (t) => {
  const lab = await ownLab(t, { regions: [{ name: 'us-east', brokers: 3 }] });
  await lab.createTopic('us-east', 'before');
  await lab.faults.kill('us-east', 2);
  assert.equal(lab.region('us-east').brokers[1]?.state, 'dead');
  await lab.createTopic('us-east', 'during', { replicationFactor: 2 });
  await lab.faults.heal('us-east');
  await lab.createTopic('us-east', 'after', { replicationFactor: 3 });
  assert.ok((await topicNames(lab.bootstrapServers('us-east'))).includes('after'));
});
