// Which partitions a worker runs, from a topology, the controller's decisions and the pauses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredPause, DesiredResume, ObservedTopic } from '../../ledger/records.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import { fileWith } from '../../topology/file-for-tests.ts';
import { parseTopology } from '../../topology/parse-topology.ts';
import { assign, partsOfLimits } from './assignment.ts';

const text = fileWith({ payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' });

function topology() {
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  return 'topology' in parsed ? parsed.topology : assert.fail('the file does not parse');
}

const decided = (topic: string, given: Partial<ObservedTopic> = {}): ObservedTopic =>
  decidedMirror(topic, { partitions: 1, ...given });

const pause = (topic: string): DesiredPause => ({
  kind: 'pause',
  set: 'payments',
  topic,
  pausedAtMs: 0,
  actor: '',
  reason: '',
});

const assigned = (topics: ObservedTopic[], pauses: DesiredPause[] = [], region = 'us-east') =>
  assign(region, { topology: topology(), pauses, resumes: [], topics }).map(
    ({ spec, paused }) => `${spec.sourceRegion} ${spec.topic}-${spec.partition}${paused ? ' paused' : ''}`,
  );

test('every partition of a topic is mirrored, and those that are added later too', () => {
  assert.deepEqual(assigned([decided('orders')]), ['eu-west orders-0']);
  assert.deepEqual(assigned([decided('orders', { partitions: 3 })]), [
    'eu-west orders-0',
    'eu-west orders-1',
    'eu-west orders-2',
  ]);
});

test('refused topics, gone topics and those of other targets or sets are left alone', () => {
  assert.deepEqual(
    assigned([
      decided('a', { state: 'refused' }),
      decided('b', { state: 'gone' }),
      decided('c', { target: 'eu-west' }),
      decided('d', { set: 'other' }),
      decided('e', { partitions: undefined }),
    ]),
    [],
  );
  assert.deepEqual(assigned([decided('a', { target: 'eu-west' })], [], 'eu-west'), []);
});

test('a pause holds one topic, or the whole set', () => {
  const topics = [decided('a'), decided('b')];
  assert.deepEqual(assigned(topics, [pause('a')]), ['eu-west a-0 paused', 'eu-west b-0']);
  assert.deepEqual(assigned(topics, [pause('*')]), ['eu-west a-0 paused', 'eu-west b-0 paused']);
});

const resume = (topic: string, resumedAtMs: number, set = 'payments'): DesiredResume => ({
  kind: 'resume',
  set,
  topic,
  resumedAtMs,
  actor: '',
  reason: '',
});

test('a resume is a new request for its topic, or for the whole set, whatever clock it was made by', () => {
  const askedOf = (...resumes: DesiredResume[]) => {
    const topics = [decided('a'), decided('b')];
    const wanted = assign('us-east', { topology: topology(), pauses: [], resumes, topics });
    return wanted.map(({ resumesAsked }) => resumesAsked);
  };
  const [a, b] = askedOf(resume('a', 7));
  assert.notEqual(a, b);
  assert.deepEqual(askedOf(resume('*', 9, 'clicks')), [b, b], 'another set');
  assert.deepEqual(askedOf(resume('c', 9)), [b, b], 'another topic');
  assert.notEqual(askedOf(resume('a', 6))[0], a, 'a clock that is behind');
  const [both, all] = askedOf(resume('a', 7), resume('*', 5));
  assert.equal(new Set([a, b, both, all]).size, 4);
  assert.deepEqual(askedOf(resume('*', 5), resume('a', 7)), [both, all], 'the order says nothing');
});

test('workers use of a link’s limit what they run of its partitions', () => {
  const all = assign('us-east', {
    topology: topology(),
    pauses: [],
    resumes: [],
    topics: [decided('a', { partitions: 3 }), decided('b', { partitions: 1 })],
  });
  assert.deepEqual([...partsOfLimits(all, all)], [['eu-west', 1]]);
  assert.deepEqual([...partsOfLimits(all.slice(1, 2), all)], [['eu-west', 0.25]]);
  assert.deepEqual([...partsOfLimits([], all)], [['eu-west', 0.25]], 'never nothing');
  const parts = [all.slice(0, 2), all.slice(2, 3), all.slice(3)].map((mine) => partsOfLimits(mine, all));
  assert.equal(
    parts.reduce((sum, each) => sum + (each.get('eu-west') ?? 0), 0),
    1,
  );
});
