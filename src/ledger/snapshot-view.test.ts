// Records sorted by what they are, pauses found for a mirror, and keys that tell records apart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyOf, pauseKey, topicKey, topologyKey } from './record-key.ts';
import { recordForms } from './record-schemas.ts';
import { anyRecord, recordKinds, recordOfKind } from './records-for-tests.ts';
import type { DesiredPause, DesiredRecord, ObservedRecord } from './records.ts';
import { desiredView, findPause, observedView } from './snapshot-view.ts';

const pause = (set: string, topic: string): DesiredPause => {
  return { kind: 'pause', set, topic, pausedAtMs: 1, actor: 'ada', reason: 'test' };
};

test('a pause holds its topic, or with * its whole set, and nothing else', () => {
  const pauses = [pause('a', 't'), pause('b', '*')];
  assert.equal(findPause(pauses, 'a', 't'), pauses[0]);
  assert.equal(findPause(pauses, 'b', 'anything'), pauses[1]);
  assert.equal(findPause(pauses, 'a', 'u'), undefined);
  assert.equal(findPause(pauses, 'c', 't'), undefined);
  assert.equal(findPause([], 'a', 't'), undefined);
});

test('no record is lost in a view, and each stands with its kind', () => {
  const isIn = (topic: string) => (record: { kind: keyof typeof recordForms }) =>
    recordForms[record.kind].topic === topic;
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      const desired = records.filter(isIn('causeway.desired')) as DesiredRecord[];
      const observed = records.filter(isIn('causeway.observed')) as ObservedRecord[];
      const { topology, pauses, resumes } = desiredView(desired);
      assert.equal(
        topology,
        desired.findLast(({ kind }) => kind === 'topology'),
      );
      assert.deepEqual(
        pauses,
        desired.filter(({ kind }) => kind === 'pause'),
      );
      assert.deepEqual(
        resumes,
        desired.filter(({ kind }) => kind === 'resume'),
      );
      const { mirrors, regions, processes, topics } = observedView(observed);
      const byKind = { mirror: mirrors, region: regions, process: processes, topic: topics };
      for (const [kind, found] of Object.entries(byKind)) {
        assert.deepEqual(
          found,
          observed.filter((record) => record.kind === kind),
        );
      }
    }),
  );
});

test('kinds of one topic never share a key, for names as the topology allows them', () => {
  const name = fc.constantFrom('a', 'b', 'a.b', 'region', 'process', 'topic');
  const place = fc.record({ set: name, topic: name, worker: name, region: name, name });
  fc.assert(
    fc.property(
      fc.constantFrom(...recordKinds),
      fc.constantFrom(...recordKinds),
      place,
      fc.gen(),
      (a, b, at, gen) => {
        const key = (kind: typeof a) => keyOf({ ...gen(recordOfKind, kind), ...at });
        const isShared = a !== b && recordForms[a].topic === recordForms[b].topic;
        const isOneHistory = recordForms[a].topic === 'causeway.generations';
        if (isShared && !isOneHistory) assert.notEqual(key(a), key(b));
      },
    ),
    { numRuns: 5_000 },
  );
});

test('the keys that commands write are those of the records', () => {
  assert.equal(keyOf(pause('s', '*')), pauseKey('s', '*'));
  assert.equal(keyOf({ kind: 'topology', yaml: '', appliedAtMs: 1, actor: 'ada', reason: '' }), topologyKey);
  assert.equal(topicKey('s', 't'), 'topic/s/t');
});
