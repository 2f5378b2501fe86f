// Randomness as a parameter: the system's own for production, a seeded one for simulation and load.
import { randomBytes } from 'node:crypto';

/** Source of randomness. */
export interface Random {
  /** Uniform integer in [0, boundExclusive); `boundExclusive` is at most 2^32. */
  int(boundExclusive: number): number;
}

/** Cryptographic randomness of the operating system. */
export const systemRandom: Random = {
  int: (boundExclusive) => Math.floor((randomBytes(4).readUInt32BE(0) / 2 ** 32) * boundExclusive),
};

/**
 * Deterministic randomness from a seed: xoshiro128** (Blackman and Vigna, 2018), its state filled by
 * splitmix32.
 */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const nextSeed = () => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const state = new Uint32Array([nextSeed(), nextSeed(), nextSeed(), nextSeed()]) as Uint32Array & number[];
  const rotate = (x: number, k: number) => ((x << k) | (x >>> (32 - k))) >>> 0;
  const next = () => {
    const [s0, s1, s2, s3] = state as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(s1, 5) >>> 0, 7), 9) >>> 0;
    const n2 = (s2 ^ s0) >>> 0;
    const n3 = (s3 ^ s1) >>> 0;
    state[1] = s1 ^ n2;
    state[0] = s0 ^ n3;
    state[2] = n2 ^ (s1 << 9);
    state[3] = rotate(n3, 11);
    return result;
  };
  return { int: (boundExclusive) => Math.floor((next() / 2 ** 32) * boundExclusive) };
}

/** A uniformly chosen element; throws RangeError on an empty list. */
export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('pick from an empty list');
  return items[random.int(items.length)] as T;
}
