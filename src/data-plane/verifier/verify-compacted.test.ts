// The comparison where cleaners run: what each side may have lost, and what it may not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShiftSegments } from '../../base/shift-segments.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import type { ServedLog } from './served-log-for-tests.ts';
import { verifyServed } from './verify-for-tests.ts';

/** `a1` is key a, value 1; `a-` is a's tombstone; `.` is a cleaned offset; `_1` has no key. */
function logOf(text: string, start = 0, shift = 0): ServedLog {
  const words = text.split(' ');
  const records = words.flatMap((word, index): TestRecord[] => {
    if (word === '.') return [];
    const [key = '', value = ''] = word;
    const common = { timestampMs: 1_700_000_000_000n + BigInt(start + index), headers: [] };
    return [
      {
        ...common,
        offset: BigInt(start + index + shift),
        key: key === '_' ? undefined : Buffer.from(key),
        value: value === '-' ? undefined : Buffer.from(value),
      },
    ];
  });
  const batches = records.map((each) => encodeBatch([each]));
  return { batches, start: BigInt(start + shift), end: BigInt(start + words.length + shift) };
}

const compacted = { isCompacted: true };
async function ranges(source: string, target: string) {
  return (await verifyServed(logOf(source), logOf(target), compacted)).ranges;
}

test('neither side is a prefix of the other, and each key’s latest record is on both', async () => {
  assert.deepEqual(await ranges('. b1 a2 b2 . c2', 'a1 . a2 b2 c1 c2'), []);
  assert.deepEqual(await ranges('a1 a2 a3', '. . a3'), []);
  assert.deepEqual(await ranges('. . a3', 'a1 a2 a3'), []);
});

test('a latest record that the target lacks is missing', async () => {
  assert.deepEqual(await ranges('a1 b1 a2', 'a1 b1 .'), ['missing 2..3']);
  assert.deepEqual(await ranges('a1 b1', '. b1'), ['missing 0..1']);
  // One difference per key, at its latest record.
  assert.deepEqual(await ranges('a1 a2 a3 b1', '. . . b1'), ['missing 2..3']);
});

test('a record that only the target has and no later one explains is extra', async () => {
  assert.deepEqual(await ranges('. b1', 'a1 b1'), ['extra 0..1']);
  assert.deepEqual(await ranges('a1 b1 .', 'a1 b1 a2'), ['extra 2..3']);
});

test('equal values at different places are not the same record', async () => {
  assert.deepEqual(await ranges('. b1 a1', 'a1 b1 .'), ['missing 2..3']);
});

test('a tombstone that one cleaner has removed already equals no record', async () => {
  assert.deepEqual(await ranges('a1 b1 a-', '. b1 .'), []);
  assert.deepEqual(await ranges('. b1 a-', '. b1 .'), []);
  assert.deepEqual(await ranges('. b1 .', 'a1 b1 a-'), []);
  assert.deepEqual(await ranges('. b1 .', '. b1 a-'), []);
});

test('a tombstone that never came is missed where an older value is still there', async () => {
  assert.deepEqual(await ranges('. b1 a-', 'a1 b1 .'), ['missing 2..3']);
  assert.deepEqual(await ranges('a1 b1 .', '. b1 a-'), ['extra 2..3']);
  // The source has removed it, and the target will never hear of it.
  assert.deepEqual(await ranges('. b1 .', 'a1 b1 .'), ['extra 0..1']);
});

test('another record at the same offset differs, whatever comes later', async () => {
  assert.deepEqual(await ranges('a1 a2', 'a9 a2'), ['different 0..1']);
});

test('records of two keys at one offset are one difference', async () => {
  assert.deepEqual(await ranges('. b1 a2', 'b0 b1 b2'), ['different 2..3']);
  assert.deepEqual(await ranges('b0 b1 b2', '. b1 a2'), ['different 2..3']);
});

test('records without a key are removed by cleaners, and not missed', async () => {
  assert.deepEqual(await ranges('_1 a1', '. a1'), []);
  assert.deepEqual(await ranges('_1 a1', '_2 a1'), ['different 0..1']);
});

test('without a cleaner the same gaps are differences', async () => {
  const { ranges: found } = await verifyServed(logOf('. b1 a2'), logOf('a1 b1 .'));
  assert.deepEqual(found, ['extra 0..1', 'missing 2..3']);
});

test('a target that is behind: the source has cleaned by what the target does not have yet', async () => {
  const source = logOf('. b1 c1 a2');
  const target = logOf('a1 b1 c1');
  const { ranges: found, verdict } = await verifyServed(source, target, compacted);
  assert.deepEqual(found, []);
  assert.deepEqual([verdict.lagRecords, verdict.comparison.lonely, verdict.areKeysJudged], [1n, 1n, true]);
  // What comes later does not excuse what is missing.
  assert.deepEqual((await verifyServed(logOf('a1 b1 a2'), logOf('. b1'), compacted)).ranges, [
    'missing 0..1',
  ]);
});

test('a cleaner that acts while the comparison runs, by records that came meanwhile', async () => {
  const source = logOf('a1 b1');
  const target = logOf('a1 b1');
  // Both logs go on and the target's cleaner removes a1, once the ends were looked at.
  let asked = 0;
  target.onRequest = (request) => {
    if (request !== 'Fetch') return;
    asked += 1;
    if (asked !== 1) return;
    Object.assign(source, { batches: logOf('a1 b1 a2').batches, end: 3n });
    Object.assign(target, { batches: logOf('. b1 a2').batches, end: 3n });
  };
  const { ranges: found, verdict } = await verifyServed(source, target, compacted);
  assert.equal(verdict.to, 2n);
  assert.equal(verdict.comparison.lonely, 1n, 'the cleaned record was noticed');
  assert.deepEqual(found, []);
});

test('a cleaner that acts between the ends and the second reading is given another look', async () => {
  const source = logOf('a1 b1 c1');
  const target = logOf('. b1 c1 .');
  source.end = 3n;
  target.end = 3n;
  let listed = 0;
  target.onRequest = (request) => {
    if (request === 'ListOffsets') listed += 1;
    // Two at the beginning, two before the second reading; then the record comes that the cleaner went by.
    if (request !== 'Fetch' || listed !== 4) return;
    Object.assign(source, { batches: logOf('a1 b1 c1 a2').batches, end: 4n });
    Object.assign(target, { batches: logOf('. b1 c1 a2').batches, end: 4n });
  };
  assert.deepEqual((await verifyServed(source, target, compacted)).ranges, []);
  assert.ok(listed > 4, 'the ends were looked at again');
});

test('a record of an aborted transaction is nobody’s latest record', async () => {
  const batch = (offset: number, value: string, producerId?: bigint, control = false) =>
    encodeBatch(
      [
        {
          offset: BigInt(offset),
          timestampMs: 1n,
          key: Buffer.from('a'),
          value: Buffer.from(value),
          headers: [],
        },
      ],
      undefined,
      producerId === undefined ? {} : { producerId, control },
    );
  const transaction = [batch(1, 'a2', 13n), batch(2, 'marker', 13n, true)];
  const aborted = [{ producerId: 13n, firstOffset: 1n, lastOffset: 2n }];
  const logs = (first: readonly Buffer[], rest: readonly Buffer[]): ServedLog => {
    return { batches: [...first, ...rest], start: 0n, end: 3n, aborted };
  };
  const one = batch(0, 'a1');
  assert.deepEqual((await verifyServed(logs([one], transaction), logs([one], []), compacted)).ranges, []);
  const lost = await verifyServed(logs([one], transaction), logs([], []), compacted);
  assert.deepEqual(lost.ranges, ['missing 0..1']);
  // At the target it explains nothing, either.
  const there = await verifyServed(logs([one], []), logs([], transaction), compacted);
  assert.deepEqual(there.ranges, ['aborted 1..2', 'missing 0..1']);
});

test('what retention takes away before the second reading is not missed', async () => {
  const texts = ['a1 b1 c1 d1', '. b1 c1 d1'] as const;
  assert.deepEqual(await ranges(...texts), ['missing 0..1']);
  const [source, target] = texts.map((text) => logOf(text)) as [ServedLog, ServedLog];
  let listed = 0;
  target.onRequest = (request) => {
    if (request === 'ListOffsets') listed += 1;
    if (listed === 4) target.start = 2n;
  };
  assert.deepEqual((await verifyServed(source, target, compacted)).ranges, []);
  assert.equal(target.start, 2n);
});

test('below the log start of a side nothing is missed', async () => {
  const { ranges: found, verdict } = await verifyServed(logOf('b1 c1', 2), logOf('a1 d1 b1 c1'), compacted);
  assert.deepEqual(found, []);
  assert.deepEqual([verdict.from, verdict.offsetsBefore], [2n, 2n]);
});

test('shifted: keys are judged at the places of the source, extra ones named by the target’s', async () => {
  const segments: ShiftSegments = [{ firstTargetOffset: 0n, shift: -100n }];
  const source = logOf('. b1 a2 . d1', 100);
  const fine = logOf('a1 b1 a2 . d1', 100, -100);
  assert.deepEqual((await verifyServed(source, fine, { ...compacted, segments })).ranges, []);
  const bad = logOf('a1 b1 . c1 d1', 100, -100);
  assert.deepEqual((await verifyServed(source, bad, { ...compacted, segments })).ranges, [
    'missing 102..103',
    'extra 3..4',
  ]);
});

test('more keys than fit: the logs are read once per range of hashes, with the same result', async () => {
  const keys = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  const source = keys.map((key) => `${key}1`).join(' ');
  // b, k and z are lost; d is at the target alone.
  const lost = new Set(['b', 'k', 'z']);
  const after = ` ${keys.map((key) => (lost.has(key) ? '.' : `${key}2`)).join(' ')}`;
  const target = keys.map(() => '.').join(' ') + after;
  const [left, right] = [source + after.replace('d2', '.'), target];
  const few = logOf(left);
  const { ranges: found } = await verifyServed(few, logOf(right), { ...compacted, keysMax: 4 });
  const many = logOf(left);
  const { ranges: whole } = await verifyServed(many, logOf(right), compacted);
  const inOrder = (list: string[]) => [...list].sort();
  assert.deepEqual(inOrder(whole), ['extra 29..30', 'missing 1..2', 'missing 10..11', 'missing 25..26']);
  assert.deepEqual(inOrder(found), inOrder(whole));
  assert.ok((few.fetches ?? 0) > 3 * (many.fetches ?? 0), 'it took several readings');
});

test('a key that may be in a batch of the source that cannot be decoded is not called extra', async () => {
  const source = logOf('. a2 b1');
  assert.deepEqual((await verifyServed(source, logOf('a1 . b1'), compacted)).ranges, ['missing 1..2']);
  const damaged = Buffer.from(source.batches[0] as Buffer);
  damaged.writeUInt8(damaged.readUInt8(62) ^ 1, 62);
  source.batches = source.batches.with(0, damaged);
  const { verdict, ranges: found } = await verifyServed(source, logOf('a1 . b1'), compacted);
  assert.deepEqual(found, ['not-comparable 1..2', 'not-comparable 0..1']);
  assert.equal(verdict.comparison.differences.differing, 0n);
});
