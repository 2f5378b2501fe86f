// Damaged record sets, seeded: the walk and the decoder end in CausewayErrors or not at all, nothing damaged
// passes the checksum, and a patch neither hides damage nor adds any.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocatedBy, exceeds } from '../../../test/fixtures/allocation.ts';
import { mutate, noise } from '../../../test/fixtures/mutate.ts';
import { CausewayError } from '../../base/errors.ts';
import { pick, type Random, seededRandom } from '../../base/random.ts';
import { crc32c } from './crc32c.ts';
import { decodeBatch, recordsOf } from './decode-batch.ts';
import { encodeBatch, type NewRecord } from './encode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  batchLengthOf,
  type Codec,
  codecs,
  crcFrom,
  crcOf,
  headerBytes,
  isControl,
  magicOf,
} from './header.ts';
import { canonicalCrc, patchForProduce, stampOf } from './patch.ts';
import { madePieces } from './re-encode.ts';
import { forEachBatch } from './walk.ts';

const damagedSets = 120_000;
const damagedRecords = 80_000;
const timesMax = 8;
/** Errors and the state of a decompressor. */
const alwaysBytes = 8 * 1024;

Error.stackTraceLimit = 0;

function batch(random: Random): Buffer {
  const field = () => (random.int(4) === 0 ? undefined : noise(random, random.int(20)));
  const records: NewRecord[] = Array.from({ length: 1 + random.int(4) }, () => ({
    timestamp: BigInt(random.int(2 ** 32)),
    key: field(),
    value: field(),
    headers: Array.from({ length: random.int(3) }, () => ({ key: noise(random, 3), value: field() })),
  }));
  const codec = pick<Codec>(random, ['none', 'none', 'none', ...codecs]);
  return encodeBatch(records, { codec, baseOffset: BigInt(random.int(1_000)) });
}

/** True where `work` came to its end; anything but an operating error is thrown on. */
function runs(work: () => void, input: Buffer): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof CausewayError) return false;
    throw new Error(`input ${input.toString('hex', 0, 300)}`, { cause: error });
  }
}

test(`${damagedSets} damaged record sets: the walk stays inside, no damaged batch is decoded`, () => {
  const random = seededRandom(71);
  const counts = { whole: 0, decoded: 0, refusedByWalk: 0 };
  let original: Buffer = Buffer.alloc(0);
  for (let count = 0; count < damagedSets; count += 1) {
    if (count % 16 === 0) original = Buffer.concat([batch(random), batch(random), batch(random)]);
    const set = mutate(random, original);
    const starts: number[] = [];
    const walk = () => {
      starts.length = 0;
      let end = 0;
      forEachBatch(set, (start, length) => {
        assert.equal(start, end, 'one behind the other');
        assert.ok(length > 0);
        end = start + length;
        assert.ok(end <= set.length, 'inside');
        starts.push(start);
        return true;
      });
    };
    assert.ok(!exceeds(() => void runs(walk, set), timesMax * set.length + alwaysBytes));
    if (!runs(walk, set)) counts.refusedByWalk += 1;
    for (const start of starts) {
      counts.whole += 1;
      if (decodes(set, start)) counts.decoded += 1;
    }
  }
  for (const [what, number] of Object.entries(counts)) assert.ok(number > 5_000, `${what}: ${number}`);
});

/** Decoded means: the checksum, computed anew by other means, is right. */
function decodes(set: Buffer, start: number): boolean {
  const whole = runs(() => void [...recordsOf(set, start, timesMax * set.length)], set);
  if (!whole) return false;
  const length = batchLengthOf(set, start);
  assert.equal(magicOf(set, start), 2);
  assert.equal(slowCrc(set.subarray(start + crcFrom, start + length)), crcOf(set, start), 'a wrong checksum');
  return true;
}

test(`${damagedRecords} damaged batches, checksum right: only what the bytes hold is handed out`, () => {
  const random = seededRandom(72);
  let handedOut = 0;
  let refused = 0;
  let original: Buffer = Buffer.alloc(0);
  for (let count = 0; count < damagedRecords; count += 1) {
    if (count % 16 === 0) original = batch(random);
    const input = sealed(Buffer.concat([original.subarray(0, crcFrom), damaged(random, original)]));
    const bodyMax = Math.max(input.length, timesMax * input.length) - headerBytes;
    let records = 0;
    let bytes = 0;
    const decode = () => {
      // One record at a time: what the caller does not keep is garbage at once.
      for (const { key, value, headers } of recordsOf(input, 0, timesMax * input.length)) {
        records += 1;
        bytes += (key?.length ?? 0) + (value?.length ?? 0);
        for (const each of headers) bytes += each.key.length + (each.value?.length ?? 0);
      }
    };
    if (!runs(decode, input)) refused += 1;
    assert.ok(records * 7 + bytes <= bodyMax + headerBytes, `${records} records, ${bytes} bytes`);
    handedOut += records;
  }
  assert.ok(handedOut > damagedRecords / 4 && refused > damagedRecords / 4, `${handedOut}, ${refused}`);
});

test(`${damagedRecords} damaged batches are made into the records that they hold, or refused`, () => {
  const random = seededRandom(74);
  const counts = { made: 0, refused: 0, batches: 0 };
  let original: Buffer = Buffer.alloc(0);
  for (let count = 0; count < damagedRecords; count += 1) {
    if (count % 16 === 0) original = batch(random);
    const input = sealed(Buffer.concat([original.subarray(0, crcFrom), damaged(random, original)]));
    // Any base offset is possible: no checksum covers it.
    if (random.int(4) === 0) noise(random, 8).copy(input);
    const unpackedBytesMax = timesMax * input.length;
    const from = baseOffsetOf(input, 0) + BigInt(random.int(3));
    const make = () => {
      const pieces = madePieces(input, 0, { from, unpackedBytesMax });
      counts.made += 1;
      if (pieces.length === 0 || isControl(attributesOf(input, 0))) return;
      const made = pieces.flatMap((piece) => (piece.kind === 'batch' ? decodeBatch(piece.bytes) : []));
      counts.batches += pieces.filter(({ kind }) => kind === 'batch').length;
      const held = decodeBatch(input, 0, unpackedBytesMax).filter(({ offset }) => offset >= from);
      assert.deepEqual(made, held);
    };
    if (!runs(make, input)) counts.refused += 1;
  }
  for (const [what, number] of Object.entries(counts)) assert.ok(number > 5_000, `${what}: ${number}`);
});

/** Everything behind the checksum, changed. */
const damaged = (random: Random, whole: Buffer): Buffer => mutate(random, whole.subarray(crcFrom));

/** Length and checksum made right again. */
function sealed(bytes: Buffer): Buffer {
  const whole = bytes.length < headerBytes ? Buffer.concat([bytes, Buffer.alloc(headerBytes)]) : bytes;
  whole.writeInt32BE(whole.length - 12, 8);
  whole.writeUInt32BE(crc32c(whole, crcFrom), 17);
  return whole;
}

test('a patch never makes a wrong checksum right, nor a right one wrong', () => {
  const random = seededRandom(73);
  for (let count = 0; count < 40_000; count += 1) {
    const bytes = batch(random);
    const damage = random.int(2) === 0 ? 0 : 1 + random.int(255);
    const at = crcFrom + random.int(bytes.length - crcFrom);
    bytes[at] = (bytes[at] as number) ^ damage;
    const canonical = canonicalCrc(bytes, 0);
    patchForProduce(bytes, 0, stampOf(BigInt(random.int(2 ** 32)), 0), random.int(2 ** 31));
    const isRight = crc32c(bytes, crcFrom) === crcOf(bytes, 0);
    assert.equal(isRight, damage === 0, `damage ${damage} at ${at}`);
    assert.equal(canonicalCrc(bytes, 0), canonical, 'the canonical checksum does not see the fence');
  }
});

test('decoding takes memory for one record at a time', () => {
  const records = Array.from({ length: 20_000 }, () => ({ timestamp: 0n, key: undefined, value: undefined }));
  const bytes = encodeBatch(records);
  const iterator = recordsOf(bytes, 0);
  iterator.next();
  for (let count = 0; count < 100; count += 1) {
    const step = () => void iterator.next();
    assert.ok(allocatedBy(step) < 2_048 || !exceeds(step, 2_048), 'a record of nothing');
  }
});

/** Bit by bit, straight from the definition: no table in common with what is tested. */
function slowCrc(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) register = (register >>> 1) ^ (register & 1 ? 0x82f63b78 : 0);
  }
  return ~register >>> 0;
}
