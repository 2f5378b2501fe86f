// Guards at a coordinator of the broker model: which epochs their holders get.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { ModelRig } from '../../../test/broker-model/model-rig.ts';
import { isMixedEpoch } from '../mirror/mixed-epochs.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { Guards } from './guards.ts';

const spec = {
  set: 's',
  topic: 't',
  partition: 0,
  sourceRegion: 'a',
  targetRegion: 'b',
  sourceTopicId: undefined,
  targetTopicId: undefined,
};

async function rig() {
  const model = await ModelRig.started();
  const { scheduler } = model;
  const clock = scheduler.clockOf('client');
  const guards = new Guards({ cluster: model.cluster.clientOf('client'), clock, random: seededRandom(1) });
  return { model, guards };
}

test('whoever takes a guard gets no mixed epoch, since data may begin under it', async () => {
  const { model, guards } = await rig();
  const epochs: number[] = [];
  for (let take = 0; take < 20; take += 1) {
    const { producerEpoch } = await model.settled(guards.take(spec));
    epochs.push(producerEpoch);
  }
  assert.ok(epochs.every((epoch, index) => !isMixedEpoch(epoch) && epoch > (epochs[index - 1] ?? -1)));
  assert.deepEqual(epochs.slice(0, 6), [0, 1, 2, 3, 5, 6]);
});

test('an epoch is raised to the next one that is mixed, or to the next one that is not', async () => {
  const { model, guards } = await rig();
  let held = await model.settled(guards.take(spec));
  for (const [isMixed, epoch] of [
    [true, 4],
    [false, 5],
    [true, 12],
    [true, 20],
    [false, 21],
    [false, 22],
  ] as const) {
    held = await model.settled(guards.raise(spec, held, isMixed));
    assert.equal(held.producerEpoch, epoch);
  }
});

test('an epoch is raised for nobody whose guard another one has taken', async () => {
  const { model, guards } = await rig();
  const held = await model.settled(guards.take(spec));
  await model.settled(guards.take(spec));
  const raised = model.settled(guards.raise(spec, held, false));
  await assert.rejects(raised, (thrown) => thrown instanceof Obstacle && thrown.because.code === 'CW-2020');
});
