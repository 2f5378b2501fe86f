// Each header field where Kafka has it: read from a batch laid out by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as header from './header.ts';

const fields =
  '000000000000002a' + // base offset
  '00000040' + // length behind it
  '00000007' + // leader epoch
  '02' + // magic
  'fedcba98' + // checksum
  '0034' + // attributes: zstd, transactional, control
  '00000004' + // last offset delta
  '0000018bcfe56800' + // base timestamp
  '0000018bcfe56801' + // newest timestamp
  '00000000000003e9' + // producer id
  '0002' + // producer epoch
  '7ffffffe' + // base sequence
  '00000005'; // records
const batch = Buffer.from(fields, 'hex');

const expected: readonly (readonly [string, unknown, unknown])[] = [
  ['base offset', header.baseOffsetOf(batch, 0), 42n],
  ['length of the whole batch', header.batchLengthOf(batch, 0), 64 + 12],
  ['leader epoch', header.leaderEpochOf(batch, 0), 7],
  ['magic', header.magicOf(batch, 0), 2],
  ['checksum', header.crcOf(batch, 0), 0xfedcba98],
  ['attributes', header.attributesOf(batch, 0), 0x34],
  ['last offset delta', header.lastOffsetDeltaOf(batch, 0), 4],
  ['base timestamp', header.baseTimestampOf(batch, 0), 1_700_000_000_000n],
  ['newest timestamp', header.maxTimestampOf(batch, 0), 1_700_000_000_001n],
  ['producer id', header.producerIdOf(batch, 0), 1001n],
  ['producer epoch', header.producerEpochOf(batch, 0), 2],
  ['base sequence', header.baseSequenceOf(batch, 0), 0x7fff_fffe],
  ['record count', header.recordCountOf(batch, 0), 5],
  ['header bytes', header.headerBytes, batch.length],
];

for (const [name, found, wanted] of expected) {
  test(`header: ${name}`, () => assert.equal(found, wanted));
}

test('fields are read relative to where the batch begins', () => {
  const moved = Buffer.concat([Buffer.alloc(9, 0xee), batch]);
  assert.equal(header.baseOffsetOf(moved, 9), 42n);
  assert.equal(header.recordCountOf(moved, 9), 5);
});

test('attributes: codec, timestamp type, transactional, control', () => {
  const named = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => header.codecOf(bits));
  assert.deepEqual(named, ['none', 'gzip', 'snappy', 'lz4', 'zstd', undefined, undefined, undefined]);
  assert.equal(header.codecOf(0x74), 'zstd');
  const flags = [header.usesLogAppendTime, header.isTransactional, header.isControl];
  assert.deepEqual(
    [0x08, 0x10, 0x20].map((bit) => flags.map((flag) => flag(bit))),
    [
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ],
  );
});
