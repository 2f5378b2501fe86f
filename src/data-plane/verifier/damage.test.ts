// Damaged batches: every flipped bit is found, at exactly its records, whatever the codec and the side.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { crc32c } from '../../kafka/batch/crc32c.ts';
import { patchForProduce, stampOf } from '../../kafka/batch/patch.ts';
import { encodeBatch, logOf, type TestCodec, type TestRecord } from './batch-for-tests.ts';
import { compareLogs } from './comparison.ts';
import { decodeRecords } from './records.ts';

const record = (offset: number): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: 1_700_000_000_000n + BigInt(offset),
  key: offset % 3 === 0 ? undefined : Buffer.from(`key ${offset}`),
  value: offset % 4 === 0 ? undefined : Buffer.from(`value ${offset}`),
  headers: [{ key: Buffer.from('h'), value: Buffer.from('x') }],
});
const span = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => record(from + index));

const codecs: readonly (readonly [string, TestCodec | undefined])[] = [
  ['none', undefined],
  ['gzip', { codec: 1, compress: (body) => gzipSync(body) }],
  ['snappy', { codec: 2, compress: (body) => compressionsAlgorithms.snappy.compressSync(body) }],
  ['lz4', { codec: 3, compress: (body) => compressionsAlgorithms.lz4.compressSync(body) }],
  ['zstd', { codec: 4, compress: (body) => zstdCompressSync(body) }],
];

const compare = (source: readonly Buffer[], target: readonly Buffer[], to: number) =>
  compareLogs(logOf(source), logOf(target), { from: 0n, to: BigInt(to) });

async function rangesOf(source: readonly Buffer[], target: readonly Buffer[], to: number) {
  const { differences } = await compare(source, target, to);
  return differences.kept.map((each) => `${each.kind} ${each.from}..${each.to}`);
}

function flipped(batch: Buffer, at: number, bit = 0): Buffer {
  const copy = Buffer.from(batch);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return copy;
}
/** With a checksum that fits again: what a faulty writer would have written. */
function sealed(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

for (const [name, codec] of codecs) {
  test(`${name}: records are read as they were written`, () => {
    assert.deepEqual(decodeRecords(encodeBatch(span(5, 30), codec)), span(5, 30));
  });

  test(`${name}: equal records under this codec and without one are equal`, async () => {
    const plain = [encodeBatch(span(0, 10)), encodeBatch(span(10, 30))];
    assert.deepEqual(await rangesOf(plain, [encodeBatch(span(0, 30), codec)], 30), []);
    assert.deepEqual(await rangesOf([encodeBatch(span(0, 30), codec)], plain, 30), []);
  });

  test(`${name}: a record that differs is found exactly`, async () => {
    const other = span(0, 30).with(17, { ...record(17), value: Buffer.from('other') });
    const source = [encodeBatch(span(0, 30), codec)];
    assert.deepEqual(await rangesOf(source, [encodeBatch(other, codec)], 30), ['different 17..18']);
  });

  test(`${name}: whatever bit of a payload flips on the target’s disk, its batch is named`, async () => {
    const batches = [
      encodeBatch(span(0, 3), codec),
      encodeBatch(span(3, 5), codec),
      encodeBatch(span(5, 9), codec),
    ];
    const middle = batches[1] as Buffer;
    for (let at = 57; at < middle.length; at += 1) {
      const target = batches.with(1, flipped(middle, at, at % 8));
      assert.deepEqual(await rangesOf(batches, target, 9), ['different 3..5'], `byte ${at}`);
    }
  });
}

test('a flipped bit in a header is found, but for what the mirror itself writes there', async () => {
  const batches = [encodeBatch(span(0, 3)), encodeBatch(span(3, 6)), encodeBatch(span(6, 9))];
  const middle = batches[1] as Buffer;
  // Checksum, attributes, offset delta, both timestamps. A wrong length, format or offset shifts the log
  // itself.
  for (const at of [17, 18, 19, 20, 22, 27, 34, 35, 42]) {
    const target = batches.with(1, flipped(middle, at, at === 22 ? 3 : 0));
    assert.deepEqual(await rangesOf(batches, target, 9), ['different 3..6'], `byte ${at}`);
  }
});

test('producer id, epoch, sequence and the transactional bit may differ', async () => {
  const source = [encodeBatch(span(0, 5))];
  const mirrored = Buffer.from(source[0] as Buffer);
  patchForProduce(mirrored, 0, stampOf(77n, 3), 12);
  assert.notDeepEqual(mirrored, source[0]);
  assert.deepEqual(await rangesOf(source, [mirrored], 5), []);
  const transactional = Buffer.from(source[0] as Buffer);
  transactional.writeInt16BE(0x10, 21);
  const { differences, recordsDecoded } = await compare([sealed(transactional)], [mirrored], 5);
  assert.deepEqual([differences.kept, recordsDecoded], [[], 0n], 'no record had to be decoded');
});

test('bytes that differ under a checksum that fits are compared record by record', async () => {
  const source = encodeBatch(span(0, 20));
  const target = Buffer.from(source);
  const at = target.indexOf('value 13');
  target.write('valuX 13', at);
  assert.deepEqual(await rangesOf([source], [sealed(target)], 20), ['different 13..14']);
});

test('damage at the source says nothing about the target', async () => {
  const batches = [encodeBatch(span(0, 3)), encodeBatch(span(3, 6)), encodeBatch(span(6, 9))];
  const damaged = batches.with(1, flipped(batches[1] as Buffer, 70));
  assert.deepEqual(await rangesOf(damaged, batches, 9), ['not-comparable 3..6']);
});

test('the same damage on both sides is no difference between them', async () => {
  const damaged = [encodeBatch(span(0, 3)), flipped(encodeBatch(span(3, 6)), 70)];
  assert.deepEqual(await rangesOf(damaged, damaged, 6), []);
});

test('damage in batches that do not align: what is before and behind is judged by itself', async () => {
  const source = [encodeBatch(span(0, 10)), encodeBatch(span(10, 20))];
  const hole = [encodeBatch(span(0, 4)), flipped(encodeBatch(span(6, 12)), 70), encodeBatch(span(12, 18))];
  assert.deepEqual(await rangesOf(source, hole, 20), ['missing 4..6', 'different 6..12', 'missing 18..20']);
  assert.deepEqual(await rangesOf(hole, source, 20), ['extra 4..6', 'not-comparable 6..12', 'extra 18..20']);
});

test('a damaged first batch that begins later than the other side’s', async () => {
  const whole = [encodeBatch(span(0, 10))];
  const late = [flipped(encodeBatch(span(5, 10)), 70)];
  assert.deepEqual(await rangesOf(whole, late, 10), ['missing 0..5', 'different 5..10']);
  assert.deepEqual(await rangesOf(late, whole, 10), ['extra 0..5', 'not-comparable 5..10']);
});

test('damage on both sides at different places', async () => {
  const source = [
    flipped(encodeBatch(span(0, 10)), 70),
    encodeBatch(span(10, 20)),
    encodeBatch(span(20, 30)),
  ];
  const target = [
    encodeBatch(span(0, 15)),
    flipped(encodeBatch(span(15, 25)), 70),
    encodeBatch(span(25, 30)),
  ];
  assert.deepEqual(await rangesOf(source, target, 30), ['not-comparable 0..10', 'different 15..25']);
});

test('both sides damaged, and differently: nothing can be compared there', async () => {
  const source = [flipped(encodeBatch(span(0, 10)), 70), encodeBatch(span(10, 12))];
  const target = [flipped(encodeBatch(span(0, 10)), 71), encodeBatch(span(10, 12))];
  assert.deepEqual(await rangesOf(source, target, 12), ['not-comparable 0..10']);
});

test('behind the damage the same batch of the source goes on to be compared', async () => {
  const source = [encodeBatch(span(0, 20))];
  const changed = span(10, 20).with(3, { ...record(13), value: undefined });
  const target = [encodeBatch(span(0, 5)), flipped(encodeBatch(span(5, 10)), 70), encodeBatch(changed)];
  const kept = (await compare(source, target, 20)).differences.kept;
  assert.deepEqual(
    kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`),
    ['different 5..10', 'different 13..14'],
  );
});
