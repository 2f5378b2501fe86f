// LZ4 frames of every kind that Kafka’s clients write, made by hand, and those that none of them may.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packLz4, unpackLz4 } from './lz4.ts';
import { BrokenPack } from './unpack-error.ts';
import { xxHash32 } from './xxhash32.ts';

const enough = 1 << 20;

interface FrameParts {
  readonly flags?: number;
  readonly sizes?: number;
  readonly contentSize?: bigint;
  readonly blocks: readonly Buffer[];
  readonly end?: Buffer;
}

/** A block that is not packed has the highest bit of its length set: `plain`. */
function frame({ flags = 0x60, sizes = 0x40, contentSize, blocks, end = word(0) }: FrameParts): Buffer {
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8);
  if (contentSize !== undefined) size.writeBigUInt64LE(contentSize);
  const descriptor = Buffer.concat([Buffer.from([flags, sizes]), size]);
  const checksum = Buffer.from([(xxHash32(descriptor) >>> 8) & 0xff]);
  return Buffer.concat([word(0x184d2204), descriptor, checksum, ...blocks, end]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

const packed = (body: Buffer): Buffer => Buffer.concat([word(body.length), body]);
const plain = (body: Buffer): Buffer => Buffer.concat([word(body.length | 0x80000000), body]);

/** Eight literals. */
const letters = Buffer.concat([Buffer.from([0x80]), Buffer.from('abcdefgh')]);
/** Four bytes from eight before, then one literal. */
const fourAgain = Buffer.concat([Buffer.from([0x00, 8, 0, 0x10]), Buffer.from('!')]);

const unpacked = (parts: FrameParts): string => unpackLz4(frame(parts), enough).toString();

test('hashes are those of the definition', () => {
  const known = {
    '': 0x02cc5d05,
    a: 0x550d7456,
    abc: 0x32d153ff,
    'Nobody inspects the spammish repetition': 0xe2293b2f,
  };
  for (const [text, hash] of Object.entries(known)) assert.equal(xxHash32(Buffer.from(text)), hash, text);
});

test('packed and plain blocks follow one another', () => {
  assert.equal(
    unpacked({ blocks: [packed(letters), plain(Buffer.from('xyz')), packed(letters)] }),
    'abcdefghxyzabcdefgh',
  );
  assert.equal(unpacked({ blocks: [] }), '');
});

test('a size and a checksum of the content are passed over, as Kafka does', () => {
  const end = Buffer.concat([word(0), word(0xdeadbeef)]);
  assert.equal(unpacked({ flags: 0x6c, contentSize: 8n, blocks: [packed(letters)], end }), 'abcdefgh');
});

test('what follows the end mark is not looked at', () => {
  assert.equal(unpacked({ blocks: [packed(letters)], end: Buffer.concat([word(0), letters]) }), 'abcdefgh');
});

test('the checksum of a block has to be right', () => {
  const block = (checksum: number) => Buffer.concat([packed(letters), word(checksum)]);
  assert.equal(unpacked({ flags: 0x70, blocks: [block(xxHash32(letters))] }), 'abcdefgh');
  assert.throws(() => unpacked({ flags: 0x70, blocks: [block(xxHash32(letters) ^ 1)] }), BrokenPack);
});

test('a block reaches into the one before where the frame says so, and only there', () => {
  const blocks = [packed(letters), packed(fourAgain)];
  assert.equal(unpacked({ flags: 0x40, blocks }), 'abcdefghabcd!');
  assert.throws(() => unpacked({ flags: 0x60, blocks }), /goes back by 8/);
});

test('blocks may be of any size that the format knows, and no larger', () => {
  const body = Buffer.alloc(200_000, 'abc');
  for (const [sizes, most] of [
    [0x40, 1 << 16],
    [0x50, 1 << 18],
    [0x60, 1 << 20],
    [0x70, 1 << 22],
  ] as const) {
    const holds = body.length <= most;
    const run = () => unpackLz4(frame({ sizes, blocks: [plain(body)] }), enough);
    if (holds) assert.ok(run().equals(body));
    else assert.throws(run, BrokenPack);
  }
  // A packed block that unpacks to 70,000 bytes: 8 letters, and once more again and again.
  const long = [0x8f, ...letters.subarray(1), 8, 0, ...Array.from({ length: 275 }, () => 255), 0, 0x10, 0x21];
  assert.throws(() => unpacked({ blocks: [packed(Buffer.from(long))] }), /larger than 65536/);
  assert.equal(unpacked({ sizes: 0x50, blocks: [packed(Buffer.from(long))] }).length, 8 + 19 + 275 * 255 + 1);
});

const wrong: readonly (readonly [string, Buffer])[] = [
  ['no frame', Buffer.from('this is no frame')],
  ['a wrong checksum of the header', flipped(frame({ blocks: [packed(letters)] }), 6)],
  ['a header that is cut', frame({ flags: 0x68, contentSize: 1n, blocks: [] }).subarray(0, 9)],
  ['version 2', frame({ flags: 0xa0, blocks: [] })],
  ['a dictionary', frame({ flags: 0x61, blocks: [] })],
  ['a reserved bit', frame({ flags: 0x62, blocks: [] })],
  ['blocks of an unknown size', frame({ sizes: 0x30, blocks: [] })],
  ['no end mark', frame({ blocks: [packed(letters)], end: Buffer.alloc(0) })],
  ['a block longer than the frame', frame({ blocks: [word(100)] })],
  ['a distance of 0', frame({ blocks: [packed(Buffer.from([0x10, 1, 0, 0, 0x10, 2]))] })],
  ['a block without literals at its end', frame({ blocks: [packed(Buffer.from([0x10, 1, 1, 0]))] })],
  ['more literals than there are', frame({ blocks: [packed(Buffer.from([0x90, 1]))] })],
];

for (const [name, bytes] of wrong) {
  test(`${name} is refused`, () => {
    assert.throws(() => unpackLz4(bytes, enough), BrokenPack);
  });
}

test('a block ends in five literals, without which some readers refuse it', () => {
  const bytes = packLz4(Buffer.alloc(1_000, 7));
  assert.equal(bytes.subarray(-10).toString('hex'), `50${'07'.repeat(5)}${'00'.repeat(4)}`);
});

test('the frame that is written has no checksum of the content and independent blocks', () => {
  const bytes = packLz4(Buffer.alloc(100_000, 'ab'));
  assert.equal(bytes.toString('hex', 0, 7), '04224d18604082');
  assert.equal(bytes.readUInt32LE(bytes.length - 4), 0);
});

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] as number) ^ 0xff;
  return bytes;
}
