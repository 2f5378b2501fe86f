// A stream of answers cut at every place, pooled and not, with and without memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '../../base/random.ts';
import { BufferPool, type PooledFrame } from './buffer-pool.ts';
import { FrameReader } from './frame-reader.ts';

const MiB = 1024 * 1024;

/** A reader that keeps what it delivers; answers with an odd correlation id are pooled. */
function createReader(pool = new BufferPool(64 * MiB), frameBytesMax = MiB) {
  const frames: Buffer[] = [];
  const leases: PooledFrame[] = [];
  let resumes = 0;
  const reader = new FrameReader({
    pool,
    frameBytesMax,
    isPooled: (correlationId) => correlationId % 2 === 1,
    onFrame: (bytes, lease) => {
      frames.push(Buffer.from(bytes));
      if (lease !== undefined) leases.push(lease);
    },
    onResume: () => {
      resumes += 1;
    },
  });
  return { pool, reader, frames, leases, resumes: () => resumes };
}

/**
 * Hands over `bytes` as a socket does: never more than there is room for. False once the reader wants no
 * more.
 */
function feed(reader: FrameReader, bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    const into = reader.nextBuffer();
    assert.ok(into.length > 0, 'there is always room');
    const count = Math.min(into.length, bytes.length - at);
    bytes.copy(into, 0, at, at + count);
    at += count;
    if (!reader.received(count, into)) return false;
  }
  return true;
}

function answer(correlationId: number, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(8 + bodyBytes, correlationId & 0xff);
  bytes.writeInt32BE(4 + bodyBytes, 0);
  bytes.writeInt32BE(correlationId, 4);
  return bytes;
}

/** Cut into pieces, of one byte each where `pieceBytesMax` is 1. */
function* piecesOf(stream: Buffer, random: Random, pieceBytesMax: number): Generator<Buffer> {
  for (let at = 0; at < stream.length; ) {
    const count = 1 + random.int(pieceBytesMax);
    yield stream.subarray(at, at + count);
    at += count;
  }
}

for (const pieceBytesMax of [1, 7, 100, 5_000, 20_000, 300_000]) {
  test(`answers come out whole from pieces of up to ${pieceBytesMax} bytes`, () => {
    const random = seededRandom(pieceBytesMax);
    const sizes = [0, 1, 2, 50, 4_000, 4_100, 16_384, 16_390, 70_000, 200_000];
    const sent = Array.from({ length: pieceBytesMax === 1 ? 20 : 300 }, (_, index) =>
      answer(index, sizes[random.int(pieceBytesMax === 1 ? 6 : sizes.length)] as number),
    );
    const { pool, reader, frames, leases } = createReader();
    for (const piece of piecesOf(Buffer.concat(sent), random, pieceBytesMax)) {
      assert.ok(feed(reader, piece));
      for (const lease of leases.splice(0)) lease.release();
    }
    assert.equal(frames.length, sent.length);
    sent.forEach((each, index) => assert.ok(each.subarray(4).equals(frames[index] as Buffer), `${index}`));
    assert.equal(pool.framesInUse, 0);
  });
}

test('an answer in one piece with others is delivered from where it was read', () => {
  const { reader, frames } = createReader();
  feed(reader, Buffer.concat([answer(2, 10), answer(4, 10), answer(6, 10).subarray(0, 9)]));
  assert.equal(frames.length, 2);
});

test('a pooled answer is kept until it is released', () => {
  const { pool, reader, leases } = createReader();
  feed(reader, answer(1, 5_000));
  assert.equal(pool.framesInUse, 1);
  leases[0]?.release();
  assert.equal(pool.framesInUse, 0);
});

test('without memory it waits, and goes on with what it had read already', () => {
  const pool = new BufferPool(8_192);
  const { reader, frames, leases, resumes } = createReader(pool);
  const stream = [answer(1, 6_000), answer(3, 5_000), answer(5, 100), answer(2, 10)];
  assert.equal(feed(reader, Buffer.concat(stream)), false);
  assert.equal(frames.length, 1);
  assert.equal(reader.waiting, true);
  leases.splice(0)[0]?.release();
  assert.equal(resumes(), 1);
  reader.takeRest();
  assert.equal(reader.waiting, false);
  assert.equal(frames.length, 4);
  stream.forEach((each, index) => assert.ok(each.subarray(4).equals(frames[index] as Buffer)));
  for (const lease of leases) lease.release();
  assert.equal(pool.framesInUse, 0);
});

test('closing gives back half an answer, and a place in the queue for memory', () => {
  const pool = new BufferPool(8_192);
  const first = createReader(pool);
  feed(first.reader, answer(1, 7_000).subarray(0, 100));
  assert.equal(pool.framesInUse, 1);
  const second = createReader(pool);
  feed(second.reader, answer(1, 7_000));
  assert.equal(pool.waiting, 1);
  second.reader.close();
  first.reader.close();
  first.reader.close();
  assert.deepEqual([pool.framesInUse, pool.waiting], [0, 0]);
  assert.equal(first.reader.received(10, first.reader.nextBuffer()), false, 'nothing is read afterwards');
});

for (const length of [-1, -0x8000_0000, 0, 3, MiB + 1, 0x7fff_ffff]) {
  test(`an answer that claims ${length} bytes is refused with CW-3005`, () => {
    for (const correlationId of [1, 2]) {
      const { pool, reader } = createReader();
      const head = answer(correlationId, 0);
      head.writeInt32BE(length, 0);
      assert.throws(() => feed(reader, head), { code: 'CW-3005' });
      assert.equal(pool.framesInUse, 0);
    }
  });
}

test('for an answer outside the pool room is made only as its bytes arrive', () => {
  const { reader, frames } = createReader(undefined, 512 * MiB);
  const head = answer(2, 0);
  head.writeInt32BE(400 * MiB, 0);
  feed(reader, head);
  let received = 4;
  while (received < 3 * MiB) {
    const into = reader.nextBuffer();
    assert.ok(into.length <= Math.max(received, 65_536), `${into.length} bytes of room after ${received}`);
    received += into.length;
    reader.received(into.length, into);
  }
  assert.equal(frames.length, 0);
});

test('a pooled answer that only claims its bytes reserves memory, and the machine gives none', () => {
  const { pool, reader } = createReader(new BufferPool(1024 * MiB), 512 * MiB);
  const head = answer(1, 0);
  head.writeInt32BE(400 * MiB, 0);
  const before = process.memoryUsage.rss();
  feed(reader, head);
  assert.ok(process.memoryUsage.rss() - before < 100 * MiB);
  assert.ok(pool.bytesInUse >= 400 * MiB);
  reader.close();
  assert.equal(pool.bytesInUse, 0);
});
