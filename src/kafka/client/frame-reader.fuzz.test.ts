// Hostile streams, seeded, in pieces of any size: the frame reader ends in CausewayErrors or not at all,
// hands out only bytes that came, takes memory only as they come, and gives all of it back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutate, noise } from '../../../test/fixtures/mutate.ts';
import { CausewayError } from '../../base/errors.ts';
import { pick, type Random, seededRandom } from '../../base/random.ts';
import { BufferPool, type PooledFrame } from './buffer-pool.ts';
import { FrameReader } from './frame-reader.ts';

const streams = 60_000;
const poolBytesMax = 256 * 1024;
const frameBytesMax = 128 * 1024;
/** Made for an answer outside the pool before its bytes are there. */
const plainBytesAtFirst = 64 * 1024;

Error.stackTraceLimit = 0;

/** Frames of 4 to a few hundred bytes; now and then a large one. Odd correlation ids are pooled. */
function stream(random: Random): Buffer {
  const frames = Array.from({ length: 1 + random.int(6) }, (_, index) => {
    const body = random.int(60) === 0 ? 20_000 + random.int(20_000) : random.int(200);
    const frame = Buffer.concat([Buffer.alloc(8), noise(random, Math.min(body, 64)), Buffer.alloc(body)]);
    frame.writeInt32BE(frame.length - 4, 0);
    frame.writeInt32BE(index, 4);
    return frame;
  });
  return Buffer.concat(frames);
}

/** Mostly in the length or the correlation id of the first frame. */
function attacked(random: Random, bytes: Buffer): Buffer {
  if (random.int(2) === 0) return mutate(random, bytes);
  const claims = [-1, 0, 3, 4, 5, frameBytesMax, frameBytesMax + 1, 0x7fff_ffff, random.int(2 ** 31)];
  const copy = Buffer.from(bytes);
  copy.writeInt32BE(pick(random, claims), 0);
  return copy;
}

interface Delivered {
  bytes: number;
  readonly leases: PooledFrame[];
}

function feed(random: Random, reader: FrameReader, input: Buffer, delivered: Delivered): void {
  const pieceBytesMax = pick(random, [1, 5, 100, 5_000, 70_000]);
  // Byte by byte only where it does not take for ever.
  const least = input.length > 2_000 ? 500 : 1;
  for (let at = 0; at < input.length; ) {
    const into = reader.nextBuffer();
    assert.ok(into.length > 0, 'there is room');
    assert.ok(
      into.length <= Math.max(plainBytesAtFirst, 2 * at, frameBytesMax),
      `${into.length} bytes of room`,
    );
    const count = Math.min(into.length, input.length - at, least + random.int(pieceBytesMax));
    input.copy(into, 0, at, at + count);
    at += count;
    let goesOn = reader.received(count, into);
    while (!goesOn) {
      assert.equal(reader.waiting, true);
      for (const lease of delivered.leases.splice(0)) lease.release();
      reader.takeRest();
      goesOn = !reader.waiting;
    }
    assert.ok(delivered.bytes <= at, 'only what came');
  }
}

test(`${streams} hostile streams`, () => {
  const random = seededRandom(91);
  const pool = new BufferPool(poolBytesMax);
  let refused = 0;
  for (let count = 0; count < streams; count += 1) {
    const delivered: Delivered = { bytes: 0, leases: [] };
    const reader = new FrameReader({
      pool,
      frameBytesMax,
      isPooled: (correlationId) => {
        if (correlationId < 0) throw new CausewayError('CW-3005', 'an answer without a request');
        return correlationId % 2 === 1;
      },
      onFrame: (bytes, lease) => {
        delivered.bytes += 4 + bytes.length;
        if (lease !== undefined) delivered.leases.push(lease);
      },
      onResume: () => undefined,
    });
    try {
      feed(random, reader, attacked(random, stream(random)), delivered);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw new Error(`stream ${count}`, { cause: error });
      refused += 1;
    }
    assert.ok(pool.bytesInUse <= poolBytesMax, 'the pool keeps its bound');
    reader.close();
    for (const lease of delivered.leases) lease.release();
    assert.deepEqual([pool.framesInUse, pool.bytesInUse, pool.waiting], [0, 0, 0]);
  }
  assert.ok(refused > streams / 5, `only ${refused} refused`);
});
