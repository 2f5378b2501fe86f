// Topics and partitions as `mirrors list`, `lag` and `describe` show them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationRecord } from '../../ledger/records.ts';
import { plainPaint } from '../output/style.ts';
import { describeSet, describeSetData } from './describe-set.ts';
import type { Picture } from './picture.ts';
import { lagRows, mustSet, topicRows } from './mirrors.ts';
import { mirror, nowMs, partition, picture, setSpec, topicRecord } from './picture-for-tests.ts';

interface Described {
  readonly partitions: readonly {
    readonly shift: string | null;
    readonly segments: unknown;
    readonly start?: unknown;
  }[];
}

function describedTarget(seen: Picture): Described | undefined {
  const data: unknown = describeSetData(seen, setSpec(), new Map());
  return (data as { targets: Described[] }).targets[0];
}

const cause = { code: 'CW-2007', message: 'ledger-1 lost 700..12703', sinceMs: nowMs - 5_000 };

test('a topic has the state of its worst partition, with that one’s cause', () => {
  const mirrors = [mirror([partition(0), partition(1, { state: 'stopped', cause })])];
  const [row] = topicRows(picture({ mirrors }));
  assert.deepEqual(
    [row?.topic, row?.partitions, row?.state, row?.cause?.code],
    ['ledger', 2, 'stopped', 'CW-2007'],
  );
});

test('a refused topic is refused, whatever partitions say; one without a report is unknown', () => {
  const refused = topicRecord({ topic: 'payments.a', state: 'refused', cause });
  const rows = topicRows(picture({ topics: [refused, topicRecord()] }));
  assert.deepEqual(
    rows.map(({ topic, state }) => [topic, state]),
    [
      ['ledger', 'unknown'],
      ['payments.a', 'refused'],
    ],
  );
});

test('lag: the unknown first, then the furthest behind', () => {
  const partitions = [
    partition(0),
    partition(1, { position: 40n }),
    partition(2, { position: undefined }),
    partition(3, { position: 99n }),
  ];
  const seen = picture({ mirrors: [mirror(partitions), mirror([partition(0)], { topic: 'payments.a' })] });
  const shown = lagRows(seen, 'payments', 'ledger').map((row) => [row.partition, row.lagRecords]);
  assert.deepEqual(shown, [
    [2, undefined],
    [1, 60n],
    [3, 1n],
    [0, 0n],
  ]);
  assert.deepEqual(lagRows(seen, 'clicks', undefined), []);
});

test('lag is counted where the source is: a target that is shifted is no nearer', () => {
  const seen = picture({ mirrors: [mirror([partition(0, { position: 43n, shift: 3n }), partition(1)])] });
  assert.deepEqual(
    lagRows(seen, 'payments', 'ledger').map((row) => row.lagRecords),
    [60n, 0n],
  );
});

test('a set is found by its name, and a near miss is suggested', () => {
  assert.equal(mustSet(picture(), 'payments').name, 'payments');
  assert.throws(() => mustSet(picture(), 'paiments'), {
    code: 'CW-6006',
    message: /did you mean payments\?/,
  });
  assert.throws(() => mustSet(picture(), 'x'), { code: 'CW-6006', message: /there are: payments/ });
  assert.throws(() => mustSet({ ...picture(), applied: undefined }, 'payments'), { code: 'CW-6007' });
});

test('a set described: settings, generation, pauses, processes, partitions', () => {
  const generations: GenerationRecord[] = [
    {
      kind: 'opened',
      set: 'payments',
      generation: 3,
      producerId: 17n,
      producerEpoch: 0,
      startOffsets: [],
      openedAtMs: 0,
    },
  ];
  const pauses = [
    { kind: 'pause', set: 'payments', topic: 'ledger', pausedAtMs: 0, actor: 'ada', reason: 'why' },
  ] as const;
  const mirrors = [mirror([partition(0), partition(1, { state: 'stopped', cause })])];
  const seen = picture({ generations, pauses, mirrors });
  const by = [{ principal: 'User:app', topics: ['ledger'] }];
  const protections = new Map([['us-east', { state: 'writable', by } as const]]);
  const lines = describeSet(seen, setSpec(), protections, plainPaint).split('\n');
  for (const expected of [
    '  write protection writable by User:app (ledger)',
    '  generation       3, producer id 17, since 1970-01-01T00:00:00.000Z',
    '  paused           ledger by ada, 1970-01-01T00:00:00.000Z: why',
    '  process          w1 (controller, worker), heard 1.0s ago',
    '  ledger-0   mirroring      0       100    0  1.0s  w1      equal  ?',
    '  ledger-1   stopped        0       100    0  1.0s  w1      equal  ?         ' +
      'CW-2007 ledger-1 lost 700..12703',
  ]) {
    assert.ok(lines.includes(expected), `${expected}\n${lines.join('\n')}`);
  }
  assert.ok(!lines.some((line) => /shifted|held/.test(line)), lines.join('\n'));
});

test('a set described: what is shifted, where, and what an open transaction holds', () => {
  const heldBy = { sinceMs: nowMs - 12_000, producerId: 4_711n };
  const partitions = [partition(0, { position: 103n, shift: 3n }), partition(1, { heldBy })];
  const shifted = (targetTopicId: string, partition: number, firstTargetOffset: bigint, shift: bigint) =>
    ({
      kind: 'shifted',
      set: 'payments',
      topic: 'ledger',
      targetTopicId,
      partition,
      firstTargetOffset,
      shift,
      recordedAtMs: 0,
    }) as const;
  const generations: GenerationRecord[] = [
    shifted('id-1', 0, 20n, 1n),
    shifted('id-0', 0, 7n, 9n),
    shifted('id-1', 0, 70n, 3n),
    shifted('id-1', 1, 30n, 2n),
    shifted('id-1', 1, 40n, 0n),
  ];
  const topics = [topicRecord({ targetTopicId: 'id-1' })];
  const seen = picture({ generations, topics, mirrors: [mirror(partitions)] });
  const told = describeSet(seen, setSpec(), new Map(), plainPaint).replaceAll(/\n */g, ' ');
  const expected = [
    'ledger-0 is shifted by 3 (from target offset 20 on by 1, from target offset 70 on by 3);',
    'identical again after the next 3 holes',
    'ledger-1 is held by an open transaction at the source for 12s (producer 4711)',
    'ledger-1 was shifted (from target offset 30 on by 2, from target offset 40 on identical)',
  ];
  assert.ok(told.endsWith(` ${expected.join(' ')}`), told);
  const target = describedTarget(seen);
  assert.deepEqual(target?.partitions[0]?.segments, [
    { firstTargetOffset: '20', shift: '1' },
    { firstTargetOffset: '70', shift: '3' },
  ]);
  assert.deepEqual(
    target?.partitions.map(({ shift }) => shift),
    ['3', '0'],
  );
});

test('a set described: where each partition begins, and what is filled before it does', () => {
  const started = (partition: number, firstOffset: bigint, way: 'prefix' | 'shifted') =>
    ({
      kind: 'started',
      set: 'payments',
      topic: 'ledger',
      targetTopicId: 'id-1',
      partition,
      firstOffset,
      way,
      timestampMs: 7,
    }) as const;
  const generations = [started(0, 5_000n, 'prefix'), started(1, 90n, 'shifted')];
  const prefix = { reached: 3_000n, firstOffset: 5_000n };
  const partitions = [
    partition(0, { state: 'prefilling', position: undefined, prefix }),
    partition(1, { position: 10n, shift: -90n }),
    partition(2),
    partition(3, { state: 'starting', position: undefined }),
  ];
  const topics = [topicRecord({ targetTopicId: 'id-1', partitions: 4 })];
  const seen = picture({ generations, topics, mirrors: [mirror(partitions)] });
  const text = describeSet(seen, setSpec({ from: { timestampMs: 0 } }), new Map(), plainPaint);
  assert.match(text, /  from             1970-01-01T00:00:00.000Z/);
  const firsts = [...text.matchAll(/^ +ledger-\d +(?:prefilling|mirroring|starting) +(\S+) /gm)].map(
    ([, first]) => first,
  );
  assert.deepEqual(firsts, ['5000', '90', '0', '?']);
  const told = text.replaceAll(/\n */g, ' ');
  assert.match(told, /ledger-0 is filling the offsets before its first record: 3000 of 5000/);
  assert.match(told, /ledger-1 is shifted by -90 \(from target offset 0 on by -90\)/);
  const target = describedTarget(seen);
  assert.deepEqual(target?.partitions[0]?.start, { firstOffset: '5000', way: 'prefix', timestampMs: 7 });
});

test('what is not known of a shift is told as unknown', () => {
  const mirrors = [mirror([partition(0, { shift: 3n }), partition(1, { position: undefined })])];
  const seen = picture({ mirrors });
  const text = describeSet(seen, setSpec(), new Map(), plainPaint);
  assert.match(text, /ledger-0 is shifted by 3 \(\? from which target offset on\)/);
  const target = describedTarget(seen);
  assert.deepEqual(
    target?.partitions.map(({ shift, segments }) => [shift, segments]),
    [
      ['3', null],
      [null, null],
    ],
  );
});
