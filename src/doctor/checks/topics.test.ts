// What is said of topics at both ends, from what brokers have answered.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Rights } from '../../kafka/admin/broker-questions.ts';
import type { AnyOperation } from '../../kafka/admin/operations.ts';
import { noTopicId, type TopicView } from '../../kafka/wire/messages.ts';
import { certificateEnd } from './certificate-end.ts';
import { judgeBrokerSettings } from './broker-settings.ts';
import { judgePositions } from './positions.ts';
import { judgeSettings, leaderless } from './source-topics.ts';
import { judgeReplicas } from './target-topics.ts';
import { judgeProducers } from './transactions.ts';
import type { Said } from '../finding.ts';

const lines = (said: readonly Said[]) =>
  said.map(({ state, code, what }) => `${state}${code === undefined ? '' : ` ${code}`}: ${what}`);

const settings = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));

function topic(name: string, replicas: readonly number[], inSync = replicas, leaderId = 1): TopicView {
  const partition = { partition: 0, errorCode: 0, leaderId, leaderEpoch: 0, replicas, inSync };
  return { name, topicId: noTopicId, internal: false, errorCode: 0, partitions: [partition] };
}

suite('settings at the source', () => {
  test('those that endanger a mirror are warnings', () => {
    const said = judgeSettings(
      new Map([
        ['a', settings({ 'cleanup.policy': 'compact,delete', 'delete.retention.ms': '1000' })],
        ['b', settings({ 'cleanup.policy': 'compact', 'delete.retention.ms': '86400000' })],
        ['c', settings({ 'unclean.leader.election.enable': 'true', 'retention.ms': '60000' })],
        ['d', settings({ 'cleanup.policy': 'delete', 'retention.ms': '-1' })],
        ['e', settings({ 'message.timestamp.type': 'LogAppendTime' })],
      ]),
    );
    assert.deepEqual(lines(said), [
      'warning: topic a has cleanup.policy compact and delete.retention.ms below one hour',
      'warning: topic c has unclean.leader.election.enable true',
      'warning: topic c has retention.ms below one hour',
    ]);
  });

  test('what may not be read is unknown', () => {
    const said = judgeSettings(new Map([['a', 'TOPIC_AUTHORIZATION_FAILED']]));
    assert.deepEqual(lines(said), [
      'unknown: the settings of a may not be read (TOPIC_AUTHORIZATION_FAILED)',
    ]);
  });

  test('a partition without a leader', () => {
    assert.deepEqual(lines(leaderless([topic('a', [1]), topic('b', [1], [1], -1)])), [
      'problem CW-2021: topic b has partitions without a leader',
    ]);
  });
});

suite('replicas at the target', () => {
  const wants = (count: string) => new Map([['a', settings({ 'min.insync.replicas': count })]]);
  test('more in sync than there are replicas', () => {
    assert.deepEqual(lines(judgeReplicas([topic('a', [1, 2])], wants('3'))), [
      'problem CW-2022: topic a has min.insync.replicas 3 and replication factor 2',
    ]);
  });
  test('more than are in sync now', () => {
    assert.deepEqual(lines(judgeReplicas([topic('a', [1, 2, 3], [1])], wants('2'))), [
      'problem CW-2022: topic a has 1 partitions with fewer than 2 replicas in sync',
    ]);
  });
  test('enough', () => assert.deepEqual(judgeReplicas([topic('a', [1, 2, 3], [1, 3])], wants('2')), []));
});

suite('the mirror’s place in the source’s log', () => {
  const set = { from: 'earliest', offsets: 'identical', prefixMax: 100, onGap: 'stop' } as const;
  const judged = (
    start: bigint,
    end: bigint,
    mirror: bigint | undefined,
    over: Partial<Parameters<typeof judgePositions>[1]> = {},
  ) =>
    lines(
      judgePositions(
        {
          sourceStart: new Map([['a 0', start]]),
          sourceEnd: new Map([['a 0', end]]),
          mirrorEnd: new Map(mirror === undefined ? [] : [['a 0', mirror]]),
        },
        { ...set, ...over },
      ),
    );
  const fine = ['ok: the source holds all that the mirrors need'];
  test('nothing copied yet, and the source begins above 0: a prefix will be filled', () => {
    for (const mirror of [undefined, 0n]) assert.deepEqual(judged(100n, 200n, mirror), fine);
  });
  test('more than a prefix may have: the copy will be shifted, which is told unless it was asked for', () => {
    const warned = /^warning: a: the copy will not have the offsets of the source$/;
    assert.match(judged(101n, 200n, 0n)[0] ?? '', warned);
    assert.match(judged(5n, 200n, 0n, { from: 'latest' })[0] ?? '', warned);
    assert.deepEqual(judged(101n, 200n, 0n, { offsets: 'shifted' }), fine);
    assert.deepEqual(judged(101n, 200n, 0n, { from: { timestampMs: 1 } }), fine);
  });
  test('a copy that may be shifted is not judged by its end', () => {
    assert.match(judged(500n, 600n, 49n)[0] ?? '', /^unknown: a: whether the source still holds/);
    assert.match(judged(50n, 100n, 49n, { offsets: 'shifted' })[0] ?? '', /^unknown: a: whether/);
  });
  test('records lost', () => {
    assert.match(judged(50n, 100n, 49n)[0] ?? '', /^problem CW-2007: a/);
    assert.match(judged(50n, 100n, 49n, { onGap: 'fill' })[0] ?? '', /^warning: a: the source has deleted/);
  });
  test('about to be overtaken', () => {
    assert.match(judged(100n, 1_100n, 150n)[0] ?? '', /^warning: a: the source’s retention is about/);
    assert.deepEqual(judged(100n, 1_100n, 200n), fine);
  });
  test('caught up, also where the source holds next to nothing', () => {
    assert.deepEqual(judged(100n, 100n, 100n), fine);
    assert.deepEqual(judged(0n, 1_000n, 0n), fine);
    assert.deepEqual(judged(0n, 1_000n, undefined), fine);
  });
});

suite('producers at the source', () => {
  const producer = {
    producerId: 1n,
    producerEpoch: 0,
    lastSequence: 5,
    lastTimestampMs: 0n,
    coordinatorEpoch: -1,
    currentTransactionStartOffset: -1n,
  };
  const onCluster = (...operations: AnyOperation[]): Rights => ({
    operations: new Set(operations),
    error: undefined,
  });
  const account = { principal: 'User:w', servers: 'b:1' };
  const saidOf = (rights: Rights | undefined, errorCode: number, ...producers: (typeof producer)[]) =>
    judgeProducers([{ topic: 'a', partition: 0, errorCode, errorMessage: undefined, producers }], {
      region: 'us',
      onCluster: rights,
      account,
    });
  const judged = (errorCode: number, ...producers: (typeof producer)[]) =>
    lines(saidOf(onCluster('Describe', 'Alter'), errorCode, ...producers));
  const transactional = ['ok: a: written in transactions within the last day; holes are filled directly'];
  test('an idempotent one is fine', () => {
    assert.deepEqual(judged(0, producer), ['ok: nobody has written in transactions within the last day']);
  });
  test('one whose markers were written, one whose transaction is open', () => {
    assert.deepEqual(judged(0, { ...producer, coordinatorEpoch: 0 }), transactional);
    assert.deepEqual(judged(0, { ...producer, currentTransactionStartOffset: 0n }), transactional);
  });
  test('without Alter on the target’s cluster: one by one, and the command that gives it', () => {
    const [said] = saidOf(onCluster('Describe'), 0, { ...producer, coordinatorEpoch: 0 });
    assert.equal(said?.state, 'warning');
    assert.match(said.what, /^a: written in transactions .*; us lets us fill holes only one by one$/);
    const command =
      'kafka-acls.sh --bootstrap-server b:1 --add --allow-principal User:w --operation Alter --cluster';
    assert.ok(said.next?.includes(`\`${command}\``), said.next);
  });
  test('whoever may act as a broker may fill directly, too', () => {
    const said = saidOf(onCluster('ClusterAction'), 0, { ...producer, coordinatorEpoch: 0 });
    assert.deepEqual(lines(said), transactional);
  });
  test('the rights of a login that is not the worker’s, or is not told of, are not judged', () => {
    const written = { ...producer, coordinatorEpoch: 0 };
    assert.match(lines(saidOf(undefined, 0, written))[0] ?? '', /^ok: .*the worker’s rights decide/);
    const untold = { operations: undefined, error: 'CLUSTER_AUTHORIZATION_FAILED' };
    assert.match(lines(saidOf(untold, 0, written))[0] ?? '', /^unknown: .*CLUSTER_AUTHORIZATION_FAILED/);
  });
  test('not told without Read', () => assert.deepEqual(judged(29), ['not-run: Read is not permitted on a']));
});

suite('expiry', () => {
  const nowMs = Date.UTC(2026, 0, 31);
  const inDays = (days: number) => new Date(nowMs + days * 86_400_000);
  const ends = (days: number) => lines([certificateEnd('it', { ends: inDays(days) }, nowMs, 'CW-3011')]);
  const lives = (before: number, left: number) =>
    lines([certificateEnd('it', { begins: inDays(-before), ends: inDays(left) }, nowMs, 'CW-3011')]);
  test('of certificates', () => {
    assert.deepEqual(ends(14), ['ok: it is valid for 14 days, until 2026-02-14']);
    assert.deepEqual(ends(1.5), ['warning CW-3011: it is valid for 1 day only, until 2026-02-01']);
    assert.deepEqual(ends(-2.5), ['problem CW-3011: it expired on 2026-01-28, 2 days ago']);
  });
  test('of certificates that live for days or hours only: by the tenth part of their life', () => {
    assert.deepEqual(lives(2, 1.25), ['ok: it is valid for 1 day, until 2026-02-01']);
    assert.deepEqual(lives(0.5 / 24, 0.5 / 24), ['ok: it is valid for 30 minutes, until 2026-01-31']);
    assert.deepEqual(lives(2.75, 0.25), ['warning CW-3011: it is valid for 6 hours only, until 2026-01-31']);
    assert.deepEqual(lives(351, 14), ['ok: it is valid for 14 days, until 2026-02-14']);
    assert.deepEqual(lives(352, 13), ['warning CW-3011: it is valid for 13 days only, until 2026-02-13']);
  });
  test('of producer ids', () => {
    const judged = (ms: string) => lines(judgeBrokerSettings(settings({ 'producer.id.expiration.ms': ms })));
    assert.deepEqual(judged('86400000'), ['ok: ids of producers and transactions are kept for long enough']);
    assert.deepEqual(judged('3600000'), ['warning: producer.id.expiration.ms is 3600000 (1 hours)']);
  });
});
