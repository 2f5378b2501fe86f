// The pool's bound, its order of service, and what it keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { BufferPool, type PooledFrame } from './buffer-pool.ts';

const KiB = 1024;

function mustAcquire(pool: BufferPool, bytes: number): PooledFrame {
  const frame = pool.tryAcquire(bytes);
  assert.ok(frame, `${bytes} bytes`);
  return frame;
}

test('a frame is as long as was asked for and wastes at most a quarter', () => {
  const pool = new BufferPool(64 * KiB * KiB);
  for (const bytes of [0, 1, 1_023, 1_024, 1_025, 5_000, 65_537, 1_000_000, 3_333_333]) {
    const frame = mustAcquire(pool, bytes);
    assert.equal(frame.bytes.length, bytes);
    assert.ok(pool.bytesInUse <= Math.max(KiB, bytes * 1.25), `${pool.bytesInUse} for ${bytes}`);
    frame.release();
    assert.deepEqual([pool.bytesInUse, pool.framesInUse], [0, 0]);
  }
});

test('a released buffer serves the next frame', () => {
  const pool = new BufferPool(64 * KiB);
  const first = mustAcquire(pool, 5_000);
  const memory = first.bytes.buffer;
  first.release();
  assert.equal(mustAcquire(pool, 4_800).bytes.buffer, memory);
});

test('a frame lives until its last holder lets go', () => {
  const pool = new BufferPool(64 * KiB);
  const frame = mustAcquire(pool, 100);
  frame.retain();
  frame.release();
  assert.equal(pool.framesInUse, 1);
  frame.release();
  assert.equal(pool.framesInUse, 0);
  assert.throws(() => frame.release(), { name: 'InvariantError' });
  assert.throws(() => frame.retain(), { name: 'InvariantError' });
});

test('without room nothing is lent, except one frame larger than the bound', () => {
  const pool = new BufferPool(16 * KiB);
  const large = mustAcquire(pool, 100 * KiB);
  assert.equal(pool.tryAcquire(1), undefined);
  large.release();
  assert.equal(pool.bytesFree, 0, 'what exceeds the bound is not kept');
  mustAcquire(pool, 10 * KiB);
  assert.equal(pool.tryAcquire(10 * KiB), undefined);
});

test('who waits is served in the order of asking, and nobody overtakes', () => {
  const pool = new BufferPool(16 * KiB);
  const held = mustAcquire(pool, 16 * KiB);
  const served: string[] = [];
  const frames: PooledFrame[] = [];
  const serve = (name: string) => (frame: PooledFrame) => {
    served.push(name);
    frames.push(frame);
  };
  pool.acquireLater(16 * KiB, serve('large'));
  pool.acquireLater(1 * KiB, serve('small'));
  assert.deepEqual(served, []);
  held.release();
  assert.deepEqual(served, ['large'], 'the small one would fit no more');
  frames[0]?.release();
  assert.deepEqual(served, ['large', 'small']);
  assert.equal(pool.waiting, 0);
});

test('who asks for less does not overtake who waits for more', () => {
  const pool = new BufferPool(16 * KiB);
  const held = mustAcquire(pool, 8 * KiB);
  pool.acquireLater(16 * KiB, () => undefined);
  assert.equal(pool.tryAcquire(100), undefined);
  held.release();
});

test('who gives up lets the next one through', () => {
  const pool = new BufferPool(16 * KiB);
  const held = mustAcquire(pool, 8 * KiB);
  const served: string[] = [];
  const giveUp = pool.acquireLater(16 * KiB, () => served.push('large'));
  pool.acquireLater(4 * KiB, () => served.push('small'));
  giveUp();
  giveUp();
  assert.deepEqual(served, ['small']);
  held.release();
});

test('in random use the pool stays within its bound and ends empty', () => {
  const random = seededRandom(5);
  const bound = 256 * KiB;
  const pool = new BufferPool(bound);
  const held: PooledFrame[] = [];
  for (let step = 0; step < 20_000; step += 1) {
    if (random.int(2) === 0) {
      const frame = pool.tryAcquire(random.int(60 * KiB));
      if (frame !== undefined) held.push(frame);
    } else if (held.length > 0) held.splice(random.int(held.length), 1)[0]?.release();
    assert.ok(pool.bytesInUse + pool.bytesFree <= bound, `${pool.bytesInUse} + ${pool.bytesFree}`);
    assert.equal(pool.framesInUse, held.length);
  }
  for (const frame of held) frame.release();
  assert.deepEqual([pool.bytesInUse, pool.framesInUse], [0, 0]);
});
