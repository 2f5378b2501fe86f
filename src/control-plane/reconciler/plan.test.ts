// What is planned for one target, case by case.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateTopic, DecideTopic, DeleteTopic, SetSettings } from './actions.ts';
import { describeAction } from './actions.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import type { ObservedTopic } from '../../ledger/records.ts';
import type { TopicLook } from './observation.ts';
import { clusterOf, mirrorSettings, observationOf } from './observation-for-tests.ts';
import { payments, sourceSettings, topicAt, topologyOf } from './observation-for-tests.ts';
import { plan } from './plan.ts';

const kindsOf = (given: Parameters<typeof observationOf>[0]) =>
  plan(observationOf(given)).actions.map(({ kind }) => kind);

test('a set that is new in a region gets its first generation', () => {
  const observation = { ...observationOf({}), generations: new Map() };
  const [action, ...others] = plan(observation).actions;
  assert.equal(action && describeAction(action), 'open generation 1 of mirror set payments');
  assert.deepEqual(others, []);
});

test('after a generation has ended the next number is opened', () => {
  const base = observationOf({});
  const ended = { ...base.generations.get('payments')!, live: undefined };
  const [action] = plan({ ...base, generations: new Map([['payments', ended]]) }).actions;
  assert.equal(action && describeAction(action), 'open generation 2 of mirror set payments');
});

test('a topic that is missing at the target is created with the settings of the source', () => {
  const source = [topicAt('source', 'pay.a', { bytes: 42n })];
  const [action] = plan(observationOf({ source })).actions as CreateTopic[];
  assert.equal(action?.kind, 'create-topic');
  assert.deepEqual(action.topic.settings, mirrorSettings);
  assert.equal(action.topic.partitions, 3);
  assert.equal(action.topic.replicationFactor, 1, 'no more copies than the target has brokers');
  assert.equal(action.bytesToCopy, 42n);
});

test('where the copies of a new topic begin is told, as far as it is known', () => {
  const bounds = [
    { start: 0n, stableEnd: 9n },
    { start: 40n, stableEnd: 60n },
    { start: 5_000n, stableEnd: 5_000n },
  ];
  const told = (more: string, look: Partial<TopicLook> = { bounds }) => {
    const mirrors = `{ payments: { topics: ["pay*"], home: eu-west, to: [us-east]${more} } }`;
    const source = [topicAt('source', 'pay.a', look)];
    const [action] = plan(observationOf({ source, topology: topologyOf(mirrors) })).actions;
    return (action && describeAction(action))?.replace(/^create topic .* factor 1/, '');
  };
  assert.equal(told(''), '; 2 begin above offset 0, up to 5000 (filled before)');
  assert.equal(told(', from: latest'), '; 3 begin above offset 0, up to 5000 (filled before)');
  assert.equal(
    told(', prefix.max: 40'),
    '; 1 begin above offset 0, up to 40 (filled before), 1 begin shifted',
  );
  assert.equal(told(', offsets: shifted'), '; 2 begin shifted');
  assert.equal(told(', from: "2026-01-31"'), '; from 2026-01-31T00:00:00.000Z on');
  assert.equal(told('', {}), '');
  assert.equal(told('', { bounds: bounds.slice(0, 1) }), '');
});

test('the set names the replication factor and other settings of its mirrors', () => {
  const mirrors =
    '{ payments: { topics: ["pay*"], home: eu-west, to: [us-east], ' +
    'target: { replication.factor: 2, retention.ms: 5 } } }';
  const source = [topicAt('source', 'pay.a')];
  const [action] = plan(observationOf({ source, topology: topologyOf(mirrors) })).actions as CreateTopic[];
  assert.equal(action?.topic.replicationFactor, 2);
  assert.equal(action.topic.settings.get('retention.ms'), '5');
  assert.ok(!action.topic.settings.has('replication.factor'), 'it is no setting of a topic');
});

test('a topic that is ready is mirrored, once', () => {
  const source = [topicAt('source', 'pay.a')];
  const target = [topicAt('target', 'pay.a', { hasRecords: false })];
  const [action, ...others] = plan(observationOf({ source, target })).actions as DecideTopic[];
  assert.deepEqual(others, []);
  assert.equal(action?.kind, 'mirror-topic');
  assert.deepEqual({ ...action.decision, observedAtMs: 1 }, decidedMirror('pay.a'));
  assert.deepEqual(kindsOf({ source, target, decided: [decidedMirror('pay.a')] }), []);
});

test('a topic that is compacted has soft partitions, from its start or later, and keeps them', () => {
  const softAfter = (policy: string, decided: readonly ObservedTopic[], onGap = 'stop') => {
    const topology = topologyOf(
      `{ payments: { topics: ["pay*"], home: eu-west, to: [us-east], on.gap: ${onGap} } }`,
    );
    const at = (side: 'source' | 'target', settings: ReadonlyMap<string, string>) =>
      topicAt(side, 'pay.a', {
        settings: new Map([...settings, ['cleanup.policy', policy]]),
        hasRecords: false,
      });
    const topics = { source: [at('source', sourceSettings)], target: [at('target', mirrorSettings)] };
    const { actions } = plan(observationOf({ ...topics, decided, topology }));
    return actions.map((action) => (action.kind === 'mirror-topic' ? action.decision.soft : action.kind));
  };
  const hard = decidedMirror('pay.a');
  assert.deepEqual([softAfter('compact,delete', []), softAfter('delete', [])], [['from-start'], [undefined]]);
  assert.deepEqual([softAfter('compact', [hard]), softAfter('delete', [hard])], [['later'], []]);
  assert.deepEqual(softAfter('delete', [], 'fill'), ['from-start']);
  assert.deepEqual(softAfter('delete', [hard], 'fill'), ['later']);
  for (const soft of ['from-start', 'later'] as const) {
    for (const policy of ['delete', 'compact']) assert.deepEqual(softAfter(policy, [{ ...hard, soft }]), []);
  }
});

test('topics of Kafka and of Causeway, and those of no set, are not touched', () => {
  const source = ['__consumer_offsets', 'causeway.desired', 'orders'].map((name) => topicAt('source', name));
  const everything = topologyOf('{ payments: { topics: ["*"], home: eu-west, to: [us-east] } }');
  assert.deepEqual(kindsOf({ source }), []);
  assert.deepEqual(kindsOf({ source, topology: everything }), ['create-topic']);
});

test('partitions added at the source are added at the target before they are mirrored', () => {
  const source = [topicAt('source', 'pay.a', { partitions: 5 })];
  const target = [topicAt('target', 'pay.a')];
  const decided = [decidedMirror('pay.a')];
  const [action, ...others] = plan(observationOf({ source, target, decided })).actions;
  assert.equal(action && describeAction(action), 'raise pay.a from 3 to 5 partitions');
  assert.deepEqual(others, [], 'what is decided stays at 3 until the target has them');
  const raised = [topicAt('target', 'pay.a', { partitions: 5 })];
  const [next] = plan(observationOf({ source, target: raised, decided })).actions as DecideTopic[];
  assert.equal(next?.decision.partitions, 5);
});

test('settings that drifted are set back, and only those', () => {
  const settings = new Map([...mirrorSettings, ['retention.ms', '1'], ['flush.ms', '9']]);
  const source = [topicAt('source', 'pay.a')];
  const target = [topicAt('target', 'pay.a', { settings })];
  const [action, ...others] = plan(observationOf({ source, target, decided: [decidedMirror('pay.a')] }))
    .actions as SetSettings[];
  assert.deepEqual(others, []);
  assert.deepEqual(action?.changes, [{ name: 'retention.ms', from: '1', to: '604800000' }]);
});

test('what only some versions of Kafka know is held where it is known, and asked of no other', () => {
  const source = [topicAt('source', 'pay.a')];
  const [create] = plan(observationOf({ source })).actions as CreateTopic[];
  assert.equal(create?.topic.settings.has('max.decompressed.message.bytes'), false);
  const limited = new Map([...mirrorSettings, ['max.decompressed.message.bytes', '1000']]);
  const target = [topicAt('target', 'pay.a', { settings: limited, hasRecords: false })];
  const [action, ...others] = plan(observationOf({ source, target })).actions as SetSettings[];
  assert.deepEqual(others, [], 'nothing is mirrored into it before');
  assert.deepEqual(action?.changes, [
    { name: 'max.decompressed.message.bytes', from: '1000', to: '2147483639' },
  ]);
});

test('segments smaller than newer versions allow are one megabyte at the target', () => {
  const settings = new Map([...mirrorSettings, ['segment.bytes', '1000']]);
  const source = [topicAt('source', 'pay.a', { settings })];
  const [action] = plan(observationOf({ source })).actions as CreateTopic[];
  assert.equal(action?.topic.settings.get('segment.bytes'), '1048576');
  const larger = [topicAt('source', 'pay.a', { settings: new Map([['segment.bytes', '1048577']]) })];
  const [other] = plan(observationOf({ source: larger })).actions as CreateTopic[];
  assert.equal(other?.topic.settings.get('segment.bytes'), '1048577');
});

test('an empty topic that stands at the target is prepared first and mirrored afterwards', () => {
  const source = [topicAt('source', 'pay.a')];
  const settings = new Map([...mirrorSettings, ['compression.type', 'zstd']]);
  const target = [topicAt('target', 'pay.a', { hasRecords: false, settings })];
  assert.deepEqual(kindsOf({ source, target }), ['set-settings']);
});

test('a foreign topic that holds records is refused and left alone', () => {
  const source = [topicAt('source', 'pay.a')];
  const settings = new Map([...mirrorSettings, ['compression.type', 'zstd']]);
  const target = [topicAt('target', 'pay.a', { hasRecords: true, settings })];
  const [action, ...others] = plan(observationOf({ source, target })).actions as DecideTopic[];
  assert.deepEqual(others, []);
  assert.equal(action?.kind, 'refuse-topic');
  assert.equal(action.decision.cause?.code, 'CW-2028');
  assert.equal(action.decision.targetTopicId, undefined, 'it must not pass for ours next time');
});

test('a topic of which it is unknown whether it holds records waits', () => {
  const source = [topicAt('source', 'pay.a')];
  const target = [topicAt('target', 'pay.a', { hasRecords: undefined })];
  assert.deepEqual(kindsOf({ source, target }), []);
});

test('a target with more partitions than the source is refused', () => {
  const source = [topicAt('source', 'pay.a', { partitions: 2 })];
  const target = [topicAt('target', 'pay.a', { hasRecords: false })];
  const [action] = plan(observationOf({ source, target })).actions as DecideTopic[];
  assert.equal(action?.decision.cause?.code, 'CW-2027');
  const refused = { ...action.decision, cause: { ...action.decision.cause, sinceMs: 1 }, observedAtMs: 1 };
  assert.deepEqual(kindsOf({ source, target, decided: [refused] }), [], 'it is refused once');
});

test('a source that was created again keeps its recorded id, so that the worker stops', () => {
  const source = [topicAt('source', 'pay.a', { topicId: 'another' })];
  const target = [topicAt('target', 'pay.a')];
  assert.deepEqual(kindsOf({ source, target, decided: [decidedMirror('pay.a')] }), []);
});

test('a mirror that was deleted at the target is made anew, from the source as it is now', () => {
  const source = [topicAt('source', 'pay.a', { topicId: 'another' })];
  const decided = [decidedMirror('pay.a')];
  assert.deepEqual(kindsOf({ source, decided }), ['create-topic']);
  const target = [topicAt('target', 'pay.a', { topicId: 'made anew', hasRecords: false })];
  const [action] = plan(observationOf({ source, target, decided })).actions as DecideTopic[];
  assert.equal(action?.decision.sourceTopicId, 'another');
  assert.equal(action.decision.targetTopicId, 'made anew');
});

test('a topic that left the set, or whose set left the topology, is left as it is', () => {
  const decided = [decidedMirror('orders'), decidedMirror('pay.a', { set: 'removed' })];
  const target = [topicAt('target', 'orders'), topicAt('target', 'pay.a')];
  const { actions } = plan(observationOf({ target, decided }));
  assert.deepEqual(
    actions.map(({ kind, set }) => `${kind} ${set}`),
    ['leave-topic payments', 'leave-topic removed'],
  );
});

const withPolicy = (policy: string) =>
  topologyOf(`{ payments: { topics: ["pay*"], home: eu-west, to: [us-east], on.recreate: ${policy} } }`);
const anew = {
  source: [topicAt('source', 'pay.a', { topicId: 'anew' })],
  target: [topicAt('target', 'pay.a')],
  decided: [decidedMirror('pay.a')],
};

test('a topic that was created anew keeps its first id: the worker stops', () => {
  assert.deepEqual(kindsOf({ ...anew, topology: withPolicy('stop') }), []);
});

test('on.recreate: recreate deletes the copy by its id, and then makes another one', () => {
  const topology = withPolicy('recreate');
  const [action, ...others] = plan(observationOf({ ...anew, topology })).actions as DeleteTopic[];
  assert.deepEqual([action?.kind, action?.topicId, others], ['delete-topic', 'target-pay.a', []]);
  assert.equal(action && describeAction(action), 'delete the copy pay.a with all its records');
  assert.deepEqual(kindsOf({ ...anew, target: [], topology }), ['create-topic']);
  const target = [topicAt('target', 'pay.a', { topicId: 'second copy', hasRecords: false })];
  const [mirror] = plan(observationOf({ ...anew, target, topology })).actions as DecideTopic[];
  assert.deepEqual([mirror?.decision.state, mirror?.decision.sourceTopicId], ['mirrored', 'anew']);
});

test('on.recreate: recreate deletes nothing that was not copied from the former topic', () => {
  const topology = withPolicy('recreate');
  const same = { ...anew, source: [topicAt('source', 'pay.a')] };
  assert.deepEqual(kindsOf({ ...same, topology }), []);
  assert.deepEqual(kindsOf({ ...anew, source: [], topology }), [], 'it may come back');
  const foreign = [topicAt('target', 'pay.a', { topicId: 'of somebody else', hasRecords: true })];
  assert.deepEqual(kindsOf({ ...anew, target: foreign, topology }), ['refuse-topic']);
});

test('on.recreate: recreate deletes nothing because of another cluster', () => {
  const topology = withPolicy('recreate');
  const of = (sourceClusterId: string | undefined) =>
    kindsOf({ ...anew, topology, decided: [decidedMirror('pay.a', { sourceClusterId })] });
  assert.deepEqual(of('cluster-eu-west'), ['delete-topic']);
  assert.deepEqual(of('the one that burnt down'), []);
  assert.deepEqual(of(undefined), [], 'an older version has not recorded it');
});

test('on.recreate: recreate keeps a copy that was left or refused before', () => {
  const topology = withPolicy('recreate');
  for (const state of ['gone', 'refused'] as const) {
    const decided = [decidedMirror('pay.a', { state })];
    const [action, ...others] = plan(observationOf({ ...anew, topology, decided })).actions as DecideTopic[];
    assert.deepEqual([action?.kind, action?.decision.cause?.code], ['refuse-topic', 'CW-2030']);
    assert.deepEqual(others, []);
  }
});

test('a copy stays ours when a broker that lags behind shows another topic in its place', () => {
  const source = [topicAt('source', 'pay.a')];
  const lagging = [topicAt('target', 'pay.a', { topicId: 'of before', hasRecords: true })];
  const seen = observationOf({ source, target: lagging, decided: [decidedMirror('pay.a')] });
  const [action] = plan(seen).actions as DecideTopic[];
  assert.deepEqual([action?.kind, action?.decision.cause?.code], ['refuse-topic', 'CW-2028']);
  const cause = { code: 'CW-2028', message: action?.decision.cause?.message ?? '', sinceMs: 1 };
  const decided = [{ ...(action as DecideTopic).decision, cause, observedAtMs: 1 }];
  const [next] = plan(observationOf({ source, target: [topicAt('target', 'pay.a')], decided }))
    .actions as DecideTopic[];
  assert.deepEqual(
    [next?.decision.state, next?.decision.targetTopicId, next?.decision.sourceTopicId],
    ['mirrored', 'target-pay.a', 'source-pay.a'],
  );
});

test('on.recreate: recreate deletes no copy while the topic or its set is paused', () => {
  const topology = withPolicy('recreate');
  const pause = { kind: 'pause', set: 'payments', pausedAtMs: 1, actor: 'ops', reason: 'looking' } as const;
  const paused = (topic: string) => kindsOf({ ...anew, topology, pauses: [{ ...pause, topic }] });
  assert.deepEqual([paused('*'), paused('pay.a'), paused('pay.b')], [[], [], ['delete-topic']]);
});

test('on.recreate: keep leaves the copy as it is, and says so once', () => {
  const topology = withPolicy('keep');
  const [action, ...others] = plan(observationOf({ ...anew, topology })).actions as DecideTopic[];
  assert.deepEqual([action?.decision.cause?.code, others], ['CW-2030', []]);
  const { sourceTopicId, targetTopicId } = action?.decision ?? {};
  assert.deepEqual([sourceTopicId, targetTopicId], ['source-pay.a', 'target-pay.a'], 'what it is a copy of');
  const cause = { code: 'CW-2030', message: action?.decision.cause?.message ?? '', sinceMs: 1 };
  const decided = [decidedMirror('pay.a', { state: 'refused', cause })];
  assert.deepEqual(kindsOf({ ...anew, decided, topology }), []);
  assert.deepEqual(kindsOf({ ...anew, decided, topology: withPolicy('stop') }), ['mirror-topic']);
});

test('on.recreate: keep leaves a topic that vanished at the source', () => {
  const given = { ...anew, source: [], topology: withPolicy('keep') };
  assert.deepEqual(kindsOf(given), ['leave-topic']);
  assert.deepEqual(kindsOf({ ...given, decided: [decidedMirror('pay.a', { state: 'gone' })] }), []);
});

test('on.recreate: keep does not leave a topic that may only not be seen', () => {
  const base = observationOf({ ...anew, source: [], topology: withPolicy('keep') });
  const denial = { code: 'CW-3010', message: 'not permitted to see pay.a' };
  const source = { ...clusterOf('eu-west', 3, []), hidden: new Map([['pay.a', denial]]) };
  const { actions } = plan({ ...base, clusters: new Map([...base.clusters, ['eu-west', source]]) });
  assert.deepEqual(
    actions.map(({ kind }) => kind),
    ['keep-topic'],
  );
});

test('on.recreate: recreate deletes no copy that could not be made again', () => {
  const denial = { code: 'CW-3010', message: 'not permitted to read its settings' };
  const source = [topicAt('source', 'pay.a', { topicId: 'anew', settings: undefined, denial })];
  assert.deepEqual(kindsOf({ ...anew, source, topology: withPolicy('recreate') }), ['keep-topic']);
});

test('a topic that vanished at the source stays with its worker', () => {
  const target = [topicAt('target', 'pay.a')];
  assert.deepEqual(kindsOf({ target, decided: [decidedMirror('pay.a')] }), []);
});

test('of two patterns that meet on a real topic the second set is refused it', () => {
  // The file alone cannot show it: the one name that both patterns suggest is excluded.
  const topology = topologyOf(
    '{ payments: { topics: ["pay*"], exclude: ["pay.eu"], home: eu-west, to: [us-east] }, ' +
      'other: { topics: ["*.eu"], home: eu-west, to: [us-east] } }',
  );
  const source = [topicAt('source', 'pay.b.eu')];
  const refused = plan(observationOf({ source, topology })).actions.filter(
    ({ kind }) => kind === 'refuse-topic',
  );
  assert.deepEqual(
    refused.map(({ set }) => set),
    ['other'],
  );
});

test('a cluster that does not answer leaves its sets as they are, and others go on', () => {
  const base = observationOf({ source: [topicAt('source', 'pay.a')] });
  const unseen = { region: 'eu-west', error: { code: 'CW-3001', message: 'nobody answers' } };
  const planned = plan({ ...base, clusters: new Map([...base.clusters, ['eu-west', unseen]]) });
  assert.deepEqual(planned.actions, []);
  assert.deepEqual(planned.unknown, [{ set: 'payments', code: 'CW-3001', message: 'nobody answers' }]);
});

test('one cluster that is given as two regions mirrors nothing', () => {
  const base = observationOf({ source: [topicAt('source', 'pay.a')] });
  const same = { ...clusterOf('us-east', 1, []), clusterId: 'cluster-eu-west' };
  const planned = plan({ ...base, clusters: new Map([...base.clusters, ['us-east', same]]) });
  assert.deepEqual(planned.actions, []);
  assert.equal(planned.unknown[0]?.code, 'CW-1011');
});

test('two targets are planned apart', () => {
  const observation = observationOf({ source: [topicAt('source', 'pay.a')], topology: topologyOf(payments) });
  assert.deepEqual(plan({ ...observation, region: 'eu-west' }).actions, []);
});
