// Stepping over the batches of a record set: whole ones, cut ones, and lengths that no batch can have.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { headerBytes } from './header.ts';
import { forEachBatch } from './walk.ts';

const set = Buffer.concat([0n, 10n, 11n].map((baseOffset) => plainBatch({ baseOffset, recordCount: 1 })));
const one = plainBatch({ baseOffset: 0n, recordCount: 1 });

function walked(bytes: Buffer): [number, number][] {
  const seen: [number, number][] = [];
  forEachBatch(bytes, (start, length) => {
    seen.push([start, length]);
    return true;
  });
  return seen;
}

test('every whole batch is visited with its place and length', () => {
  const seen = walked(set);
  assert.equal(seen.length, 3);
  assert.equal(
    seen.reduce((end, [start, length]) => (assert.equal(start, end), end + length), 0),
    set.length,
  );
});

test('a cut batch at the end is passed over, wherever it is cut', () => {
  for (let cut = 0; cut < one.length; cut += 1) {
    assert.equal(walked(Buffer.concat([one, one.subarray(0, cut)])).length, 1, `${cut} bytes`);
  }
});

test('the visitor can stop the walk', () => {
  let visits = 0;
  forEachBatch(set, () => {
    visits += 1;
    return visits < 2;
  });
  assert.equal(visits, 2);
});

for (const length of [-0x8000_0000, -13, -1, 0, headerBytes - 13]) {
  test(`a batch that claims ${length} bytes behind its length is refused with CW-3005`, () => {
    const broken = Buffer.from(one);
    broken.writeInt32BE(length, 8);
    assert.throws(() => walked(broken), { code: 'CW-3005' });
  });
}

test('a message of an old format is visited by its own length', () => {
  const old = Buffer.alloc(34);
  old.writeInt32BE(22, 8);
  old.writeInt8(1, 16);
  assert.deepEqual(walked(Buffer.concat([old, one])), [
    [0, 34],
    [34, one.length],
  ]);
});

test('a claim of two gigabytes is a cut batch, not an error and not a visit', () => {
  const broken = Buffer.from(one);
  broken.writeInt32BE(0x7fff_ffff, 8);
  assert.deepEqual(walked(broken), []);
});
