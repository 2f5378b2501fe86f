// Aggregation of partitions into the rows of `causeway status`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPaint } from '../output/style.ts';
import {
  mirror,
  nowMs,
  partition,
  picture,
  processRecord,
  region,
  setSpec,
  topicRecord,
} from './picture-for-tests.ts';
import type { Picture } from './picture.ts';
import { type SetStatus, setStatuses, silenceOf } from './status.ts';
import { isHealthy, stateText, statusData, statusText } from './status-text.ts';

function only(shown: Picture, before: readonly SetStatus[] = []): SetStatus {
  const statuses = setStatuses(shown, before);
  assert.equal(statuses.length, 1);
  return statuses[0] as SetStatus;
}

test('all mirror: the set is mirroring, without lag, its recovery point as old as the evidence', () => {
  const shown = picture({ mirrors: [mirror([partition(0), partition(1)])] });
  const status = only(shown);
  assert.equal(stateText(status), 'mirroring');
  assert.deepEqual(status.lag, { value: 0n, complete: true });
  assert.deepEqual(status.rpo, { value: 1_000, complete: true });
  assert.ok(isHealthy(shown, [status]));
});

test('the worst partition gives the state, with a count', () => {
  const stopped = partition(1, {
    state: 'stopped',
    cause: { code: 'CW-2007', message: 'ledger-1 lost 700..12703', sinceMs: nowMs - 5_000 },
  });
  const status = only(picture({ mirrors: [mirror([partition(0), stopped])] }));
  assert.equal(stateText(status), 'stopped ! 1/2');
  assert.equal(status.causes[0]?.code, 'CW-2007');
});

test('a partition without a report is unknown, and so are the sums', () => {
  const status = only(
    picture({ mirrors: [mirror([partition(0, { position: 40n, oldestMissingMs: nowMs - 3_000 })])] }),
  );
  assert.equal(stateText(status), '? 1/2');
  assert.deepEqual(status.lag, { value: 60n, complete: false });
  assert.deepEqual(status.rpo, { value: 3_000, complete: false });
});

test('a lag whose oldest record is not known has no recovery point', () => {
  const status = only(picture({ mirrors: [mirror([partition(0, { position: 40n }), partition(1)])] }));
  assert.deepEqual(status.lag, { value: 60n, complete: true });
  assert.equal(status.rpo.complete, false);
});

test('zero lag with old evidence is not health', () => {
  const old = mirror([partition(0), partition(1)], { observedAtMs: nowMs - 31_000 });
  const status = only(picture({ mirrors: [old] }));
  assert.equal(stateText(status), '?');
  assert.equal(status.lag.value, undefined);
  assert.equal(status.rpo.value, undefined);
  const blind = partition(0, { sourceSeenAtMs: nowMs - 40_000 });
  assert.equal(only(picture({ mirrors: [mirror([blind])] })).lag.value, undefined);
});

test('the newest report of a partition counts, whoever made it', () => {
  const before = mirror([partition(0, { state: 'stopped', position: 10n })], {
    worker: 'dead',
    observedAtMs: nowMs - 9_000,
  });
  const after = mirror([partition(0), partition(1)]);
  for (const mirrors of [
    [before, after],
    [after, before],
  ]) {
    assert.equal(stateText(only(picture({ mirrors }))), 'mirroring');
  }
});

test('a refused topic stops the set, with its cause', () => {
  const refused = topicRecord({
    state: 'refused',
    cause: { code: 'CW-2005', message: 'other content', sinceMs: nowMs },
  });
  const status = only(picture({ topics: [refused] }));
  assert.equal(stateText(status), 'stopped !');
  assert.deepEqual(
    status.causes.map(({ code, where }) => ({ code, where })),
    [{ code: 'CW-2005', where: 'ledger' }],
  );
});

test('rates come from two looks, and are unknown where a counter began anew', () => {
  const at = (bytes: bigint, atMs: number, worker = 'w1') =>
    picture({
      mirrors: [mirror([partition(0, { bytes }), partition(1, { bytes })], { observedAtMs: atMs, worker })],
    });
  const first = only(at(1_000n, nowMs - 3_000));
  assert.equal(first.bytesPerSecond, undefined);
  assert.equal(only(at(5_000n, nowMs - 1_000), [first]).bytesPerSecond, 4_000);
  assert.equal(only(at(500n, nowMs - 1_000), [first]).bytesPerSecond, undefined);
  assert.equal(only(at(5_000n, nowMs - 1_000, 'w2'), [first]).bytesPerSecond, undefined);
  assert.equal(only(at(1_000n, nowMs - 3_000), [first]).bytesPerSecond, undefined, 'nothing new was told');
});

test('a topic that a worker did not tell of again has no bytes, where it told of another', () => {
  const at = (atMs: number, busyAtMs: number, bytes: bigint) =>
    picture({
      mirrors: [
        mirror([partition(0, { bytes: 7n })], { topic: 'idle', observedAtMs: atMs }),
        mirror([partition(0, { bytes })], { topic: 'busy', observedAtMs: busyAtMs }),
      ],
    });
  const first = only(at(nowMs - 4_000, nowMs - 3_000, 1_000n));
  assert.equal(only(at(nowMs - 4_000, nowMs - 1_000, 5_000n), [first]).bytesPerSecond, 2_000);
});

test('silence is told: no worker, no controller, a stopped one', () => {
  const cases: [Parameters<typeof picture>[0], string | undefined][] = [
    [{}, undefined],
    [{ processes: [] }, 'no worker is alive in us-east'],
    [{ processes: [processRecord({ roles: ['worker'] })] }, 'no controller is alive in us-east'],
    [{ processes: [processRecord({ stoppedAtMs: nowMs - 1_000 })] }, 'no worker is alive in us-east'],
    [{ processes: [processRecord({ observedAtMs: nowMs - 31_000 })] }, 'no worker is alive in us-east'],
  ];
  for (const [overrides, expected] of cases) {
    const shown = picture(overrides);
    assert.equal(silenceOf(shown, only(shown)), expected);
  }
});

test('a region that cannot be read makes its sets unknown, and says why', () => {
  const error = { code: 'CW-3001', message: 'no broker of us-east answers' };
  const shown = picture();
  const broken = { ...shown, regions: [region('eu-west'), region('us-east', { error, brokers: undefined })] };
  const status = only(broken);
  assert.equal(stateText(status), '?');
  assert.equal(isHealthy(broken, [status]), false);
  const text = statusText(broken, [status], plainPaint);
  assert.match(text, /us-east ○ \? brokers/);
  assert.match(text, /CW-3001 .*no broker of us-east answers/);
});

test('the page as a person sees it', () => {
  const rtt = {
    kind: 'region',
    region: 'eu-west',
    seenFrom: 'us-east',
    clusterId: 'x',
    brokers: 1,
    rttMs: 84.2,
  } as const;
  const shown = picture({
    mirrors: [
      mirror([
        partition(0, { position: 200n, sourceEnd: 2_000n, oldestMissingMs: nowMs - 1_200 }),
        partition(1),
      ]),
    ],
    regions: [{ ...rtt, error: undefined, observedAtMs: nowMs - 1_000 }],
  });
  assert.equal(
    statusText(shown, setStatuses(shown), plainPaint),
    [
      'REGIONS  eu-west ● 1 broker    us-east ● 1 broker    rtt 84 ms',
      'MIRROR SET  HOME → TARGET      STATE      RPO NOW / GOAL       LAG  RATE  OFFSETS    VERIFIED',
      'payments    eu-west → us-east  mirroring  1.2s / 10s      1.8k rec     ?  identical  ?',
    ].join('\n'),
  );
});

test('what is shifted or held is told under the set, and is no trouble', () => {
  const held = (agoMs: number, producerId?: bigint) => ({
    heldBy: { sinceMs: nowMs - agoMs, producerId },
    sourceEnd: 110n,
    oldestMissingMs: nowMs - agoMs,
  });
  const mirrors = [
    mirror([partition(0, { shift: 3n, position: 103n }), partition(1, held(12_000, 4_711n))]),
    mirror([partition(0, { shift: 1n, position: 101n, ...held(4_000) })], { topic: 'payments.a' }),
  ];
  const topics = [topicRecord(), topicRecord({ topic: 'payments.a', partitions: 2 })];
  const shown = picture({ mirrors, topics });
  const status = only(shown);
  assert.deepEqual(status.lag, { value: 20n, complete: false }, 'one of four is not known');
  assert.deepEqual(status.rpo, { value: 12_000, complete: false });
  const lines = statusText(shown, [status], plainPaint).split('\n');
  assert.match(lines[2] ?? '', /identical 2\/4  \?$/);
  assert.deepEqual(lines.slice(3), [
    '    ledger-1: held by an open transaction at the source for 12s (producer 4711) (and 1 more)',
    '    2 partitions shifted (ledger 1, payments.a 1): `causeway mirrors describe payments` tells where',
  ]);
  const data = statusData(shown, [status]) as { mirrors: Record<string, unknown>[] };
  assert.equal(data.mirrors[0]?.['shiftedPartitions'], 2);
  assert.deepEqual(data.mirrors[0]?.['held'], {
    where: 'ledger-1',
    transaction: { sinceMs: nowMs - 12_000, producerId: '4711' },
    count: 2,
  });
  const well = picture({ mirrors: [mirror([partition(0, { shift: 3n, position: 103n }), partition(1)])] });
  assert.ok(isHealthy(well, [only(well)]));
});

test('what is filled before a copy begins is told under the set', () => {
  const filling = (reached: bigint) =>
    ({ state: 'prefilling', position: undefined, prefix: { reached, firstOffset: 5_000_000n } }) as const;
  const mirrors = [mirror([partition(0, filling(4_000_000n)), partition(1, filling(1_000_000n))])];
  const shown = picture({ mirrors });
  const status = only(shown);
  assert.equal(status.state, 'prefilling');
  assert.deepEqual(statusText(shown, [status], plainPaint).split('\n').slice(3), [
    '    ledger-1: filling the offsets before its first record: 1000000 of 5000000 (and 1 more)',
  ]);
  assert.ok(!isHealthy(shown, [status]));
});

test('an old report says nothing of an open transaction', () => {
  const heldBy = { sinceMs: nowMs - 90_000, producerId: 1n };
  const old = mirror([partition(0, { heldBy })], { observedAtMs: nowMs - 60_000 });
  assert.equal(only(picture({ mirrors: [old] })).held, undefined);
});

test('nothing applied is said in words', () => {
  const text = statusText({ nowMs, applied: undefined, regions: [region('eu-west')] }, [], plainPaint);
  assert.match(text, /No topology has been applied/);
});

test('for programs, unknown is null', () => {
  const shown = picture({}, setSpec({ rpoMs: undefined }));
  const data = statusData(shown, setStatuses(shown)) as { mirrors: Record<string, unknown>[] };
  const row = data.mirrors[0] ?? {};
  assert.equal(row['state'], null);
  assert.equal(row['lagRecords'], null);
  assert.equal(row['rpoGoalMs'], null);
  assert.equal(row['bytesPerSecond'], null);
});
