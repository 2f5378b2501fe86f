// LZ4 and Snappy: through and back, against another program's, bombs, and bytes that are damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { allocatedBy } from '../../../test/fixtures/allocation.ts';
import { mutate, noise } from '../../../test/fixtures/mutate.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import { packLz4, unpackLz4 } from './lz4.ts';
import { packSnappy, unpackSnappy } from './snappy.ts';
import { BrokenPack, PackTooLarge } from './unpack-error.ts';

const codecs = [
  { name: 'lz4', pack: packLz4, unpack: unpackLz4 },
  { name: 'snappy', pack: packSnappy, unpack: unpackSnappy },
] as const;

const enough = 1 << 20;

/** Sizes around blocks of 32 and 64 KiB, and small ones. */
const largeSizes = [32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 131_072, 300_001];
const sizes = [...Array.from({ length: 80 }, (_, size) => size), ...largeSizes];

/** What repeats not at all, a little, late, in a way that makes a pack grow, and nothing but one byte. */
function bodiesOf(random: Random, size: number): Buffer[] {
  const words = Array.from({ length: 50 }, () => noise(random, 1 + random.int(30)));
  const text = Buffer.alloc(size);
  for (let at = 0; at < size; ) at += (words[random.int(words.length)] as Buffer).copy(text, at) || 1;
  const noisy = noise(random, size);
  const late = Buffer.concat([noisy, noisy]).subarray(0, size);
  // So long a run of literals costs a byte more than what repeats behind it, from far away, saves.
  const growing = Buffer.from(noisy);
  for (let at = 60; at + 4 <= size; at += 64) growing.writeInt32LE(Math.imul(at % 2_560, 0x9e3779b1), at);
  return [noisy, text, late, growing, Buffer.alloc(size, 7)];
}

for (const { name, pack, unpack } of codecs) {
  test(`${name}: bodies of every size come back, and another program reads them`, () => {
    const random = seededRandom(31);
    for (const size of sizes) {
      for (const [kind, body] of bodiesOf(random, size).entries()) {
        const packed = Buffer.from(pack(body));
        assert.ok(unpack(packed, size).equals(body), `${size} bytes of kind ${kind}`);
        const read = compressionsAlgorithms[name].decompressSync(packed);
        // The library hands out nothing at all for an empty frame of xerial's.
        if (size > 0) assert.ok(read.equals(body), `${size} bytes of kind ${kind}, theirs`);
        assert.ok(packed.length <= body.length + body.length / 6 + 64, `${packed.length} for ${size}`);
        if (kind === 4 && size > 1_000) assert.ok(packed.length * 15 < size, 'one byte packs well');
      }
    }
  });

  test(`${name}: what another program packed is read`, () => {
    const random = seededRandom(32);
    for (const size of sizes.slice(1)) {
      for (const body of bodiesOf(random, size)) {
        const packed = compressionsAlgorithms[name].compressSync(body);
        assert.ok(unpack(packed, size).equals(body), `${size} bytes`);
      }
    }
  });

  test(`${name}: a bomb is refused before anything of its size is allocated`, () => {
    const bomb = Buffer.from(pack(Buffer.alloc(1 << 24)));
    assert.ok(bomb.length < 1 << 20);
    const limit = 100_000;
    const light = () => assert.throws(() => unpack(bomb, limit), PackTooLarge);
    light();
    assert.ok(allocatedBy(light) < 4 * limit, 'no more than the limit and the list of blocks');
    assert.throws(() => unpack(bomb, (1 << 24) - 1), PackTooLarge);
    assert.equal(unpack(bomb, 1 << 24).length, 1 << 24);
  });

  test(`${name}: 60000 damaged packs end in errors of ours, or in no more than is allowed`, () => {
    const random = seededRandom(33);
    const counts = { broken: 0, tooLarge: 0, unpacked: 0 };
    let packed: Buffer = Buffer.alloc(0);
    for (let count = 0; count < 60_000; count += 1) {
      if (count % 8 === 0) packed = Buffer.from(pack(bodiesOf(random, random.int(600))[count % 3] as Buffer));
      const damaged = mutate(random, packed);
      try {
        assert.ok(unpack(damaged, enough).length <= enough);
        counts.unpacked += 1;
      } catch (error) {
        if (error instanceof PackTooLarge) counts.tooLarge += 1;
        else if (error instanceof BrokenPack) counts.broken += 1;
        else throw new Error(`pack ${damaged.toString('hex')}`, { cause: error });
      }
    }
    assert.ok(counts.broken > 20_000 && counts.unpacked > 500, JSON.stringify(counts));
  });

  test(`${name}: wherever a pack is cut, the rest is no pack or a shorter one`, () => {
    const body = bodiesOf(seededRandom(34), 70_000)[1] as Buffer;
    const packed = Buffer.from(pack(body));
    for (let cut = 0; cut < packed.length; cut += 1 + Math.floor(cut / 50)) {
      try {
        assert.ok(unpack(packed.subarray(0, cut), enough).length < body.length, `${cut} bytes`);
      } catch (error) {
        assert.ok(error instanceof BrokenPack, `${cut} bytes: ${String(error)}`);
      }
    }
  });
}
