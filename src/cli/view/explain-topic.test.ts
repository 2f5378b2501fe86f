// "Why is topic X not mirrored?": each condition alone decides the verdict.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationRecord } from '../../ledger/records.ts';
import { explainTopic, type PartitionsByRegion, type TopicExplanation } from './explain-topic.ts';
import { matchTopic } from './match-topic.ts';
import {
  mirror,
  nowMs,
  partition,
  picture,
  processRecord,
  region,
  topicRecord,
} from './picture-for-tests.ts';
import type { RegionPicture } from './picture.ts';

const opened: GenerationRecord = {
  kind: 'opened',
  set: 'payments',
  generation: 1,
  producerId: 7n,
  producerEpoch: 0,
  startOffsets: [],
  openedAtMs: nowMs,
};
const good: Partial<RegionPicture> = {
  generations: [opened],
  mirrors: [mirror([partition(0), partition(1)])],
};
const both: PartitionsByRegion = new Map([
  ['eu-west', 2],
  ['us-east', 2],
]);

function explain(topic: string, overrides: Partial<RegionPicture> = {}, counts = both): TopicExplanation {
  const [first] = explainTopic(picture({ ...good, ...overrides }), topic, matchTopic, counts);
  assert.ok(first !== undefined);
  return first;
}

test('a topic that is mirrored: every answer is yes', () => {
  const explanation = explain('ledger');
  assert.equal(explanation.mirrored, 'yes');
  assert.deepEqual(new Set(explanation.checks.map((check) => check.answer)), new Set(['yes']));
  assert.equal(explanation.verdict, 'ledger is mirrored by payments to us-east.');
});

test('a topic that is mirrored all the same: shifted, held', () => {
  assert.deepEqual(explain('ledger').notes, ['verified: ?']);
  const heldBy = { sinceMs: nowMs - 3_000, producerId: undefined };
  const partitions = [partition(0, { shift: -5n }), partition(1, { heldBy })];
  const explanation = explain('ledger', {
    mirrors: [mirror(partitions), mirror([partition(0, { shift: 1n })], { topic: 'payments.a' })],
    topics: [topicRecord({ targetTopicId: 'id-1' })],
  });
  assert.equal(explanation.mirrored, 'yes');
  assert.deepEqual(explanation.notes, [
    'verified: ?',
    'ledger-0 is shifted by -5 (not in the ledger)',
    'ledger-1 is held by an open transaction at the source for 3.0s (producer ?)',
  ]);
});

test('one filler too many: the next hole makes it identical', () => {
  const [, note] = explain('ledger', { mirrors: [mirror([partition(0, { shift: 1n })])] }).notes;
  assert.match(note ?? '', /^ledger-0 is shifted by 1 .*; identical again after the next hole$/);
});

test('names decide first', () => {
  assert.match(
    explain('orders').verdict,
    /no pattern of any set matches it \(payments: payments\.\*, ledger\)/,
  );
  assert.match(explain('payments.tmp').verdict, /"exclude" of payments takes it out/);
  assert.match(explain('__consumer_offsets').verdict, /internal topics are never mirrored/);
  assert.equal(explain('orders').mirrored, 'no');
});

test('every single condition that does not hold is the verdict', () => {
  const refused = topicRecord({
    state: 'refused',
    cause: { code: 'CW-2005', message: 'other content', sinceMs: nowMs },
  });
  const pause = {
    kind: 'pause',
    set: 'payments',
    topic: '*',
    pausedAtMs: nowMs - 60_000,
    actor: 'ada',
    reason: 'x',
  } as const;
  const ended: GenerationRecord = {
    kind: 'ended',
    set: 'payments',
    generation: 1,
    authorityEpoch: 1,
    cut: [],
    endedAtMs: nowMs,
  };
  const stopped = partition(1, {
    state: 'stopped',
    cause: { code: 'CW-2006', message: 'diverged', sinceMs: nowMs },
  });
  const cases: [Partial<RegionPicture>, RegExp][] = [
    [{ topics: [refused] }, /CW-2005 other content/],
    [{ topics: [] }, /the controller has not looked at it yet/],
    [{ generations: [] }, /none was ever opened/],
    [{ generations: [opened, ended] }, /generation 1 has ended/],
    [{ pauses: [pause] }, /paused 1m ago by ada: x/],
    [{ processes: [] }, /a controller is alive in us-east \(none was ever seen/],
    [{ processes: [processRecord({ roles: ['controller'] })] }, /a worker is alive in us-east/],
    [{ processes: [processRecord({ observedAtMs: nowMs - 90_000 })] }, /last heard 1m 30s ago/],
    [
      { mirrors: [mirror([partition(0), stopped])] },
      /ledger-1 stopped at target offset \d+: CW-2006 diverged/,
    ],
  ];
  for (const [overrides, verdict] of cases) {
    const explanation = explain('ledger', overrides);
    assert.equal(explanation.mirrored, 'no');
    assert.match(explanation.verdict, verdict);
  }
});

test('what to do comes with the causes, each once and with the names of the mirror', () => {
  const cause = { code: 'CW-2006', message: 'diverged', sinceMs: nowMs };
  const stopped = (at: number, position: bigint) => partition(at, { state: 'stopped', position, cause });
  const { next, checks } = explain('ledger', { mirrors: [mirror([stopped(0, 7n), stopped(1, 9n)])] });
  assert.match(checks.at(-1)?.found ?? '', /ledger-1 stopped at target offset 9: CW-2006 diverged/);
  assert.deepEqual(
    next.map(({ code }) => code),
    ['CW-2006'],
  );
  assert.match(next[0]?.text ?? '', /--delete --topic ledger`.* `causeway verify payments --topic ledger`/);
  assert.deepEqual(explain('ledger').next, []);
  // Of a newer worker.
  const unknown = partition(0, { state: 'stopped', cause: { ...cause, code: 'CW-2999' } });
  assert.deepEqual(explain('ledger', { mirrors: [mirror([unknown])] }).next, []);
});

test('what to do is told also where something else decides', () => {
  const cause = { code: 'CW-2001', message: 'gone', sinceMs: nowMs };
  const waiting = partition(0, { state: 'waiting', cause });
  const gone = new Map([
    ['eu-west', null],
    ['us-east', 2],
  ]);
  const { verdict, next } = explain('ledger', { mirrors: [mirror([waiting, partition(1)])] }, gone);
  assert.match(verdict, /there is no such topic/);
  assert.equal(next[0]?.code, 'CW-2001');
});

test('existence and partition counts at both sides', () => {
  const counts = (source: number | null | undefined, target: number | null | undefined) =>
    explain(
      'ledger',
      {},
      new Map([
        ['eu-west', source],
        ['us-east', target],
      ]),
    ).verdict;
  assert.match(counts(null, 2), /there is no such topic/);
  assert.match(counts(2, null), /not created yet/);
  assert.match(counts(4, 2), /2 here, 4 at the source/);
  assert.match(counts(undefined, 2), /it is not known whether it is mirrored/);
});

test('silence is unknown, not no', () => {
  const old = mirror([partition(0), partition(1)], { observedAtMs: nowMs - 60_000 });
  assert.equal(explain('ledger', { mirrors: [old] }).mirrored, 'unknown');
  const shown = picture(good);
  const error = { code: 'CW-3001', message: 'no answer' };
  const broken = { ...shown, regions: [region('eu-west'), region('us-east', { error })] };
  assert.equal(explainTopic(broken, 'ledger', matchTopic, both)[0]?.mirrored, 'unknown');
});

test('nothing applied', () => {
  const [first] = explainTopic({ ...picture(), applied: undefined }, 'ledger', matchTopic, both);
  assert.match(first?.verdict ?? '', /nothing has been applied yet/);
});
