// Random ranges of a log. It is cut into stretches of equal length, and one range is chosen in each: no part
// of the log is passed over, and the choice does not depend on where the log ends.
import { type Random, seededRandom } from '../../base/random.ts';
import type { OffsetRange } from './comparison.ts';

export interface SampleWish {
  /** From 0 to 1, or a number of offsets of each partition. */
  readonly amount: { readonly share: number } | { readonly offsets: number };
  /** The same seed chooses the same ranges. A whole number below 2^32. */
  readonly seed: number;
}

/** Offsets of a range, where the log is not shorter. */
export const sampleRangeOffsets = 1_000;
/** Ranges per partition: of a longer log they are longer. */
export const sampleRangesMax = 1_000;

/**
 * The ranges to compare of `whole`, in order and without overlap; `name` tells partitions apart. All of it
 * where the share is 1; at least one offset of every stretch.
 */
export function sampleRanges(whole: OffsetRange, wish: SampleWish, name: string): OffsetRange[] {
  const length = whole.to - whole.from;
  if (length <= 0n) return [];
  const share = Math.min(
    1,
    'share' in wish.amount ? wish.amount.share : wish.amount.offsets / Number(length),
  );
  if (share === 1) return [whole];
  let stretch = BigInt(Math.ceil(sampleRangeOffsets / share));
  while (length / stretch >= BigInt(sampleRangesMax)) stretch *= 2n;
  const ranges: OffsetRange[] = [];
  for (let index = whole.from / stretch; index * stretch < whole.to; index += 1n) {
    const from = greater(index * stretch, whole.from);
    const to = lesser((index + 1n) * stretch, whole.to);
    const random = seededRandom(seedOf(`${wish.seed} ${name} ${index}`));
    ranges.push(rangeWithin({ from, to }, share, random));
  }
  return ranges;
}

function rangeWithin({ from, to }: OffsetRange, share: number, random: Random): OffsetRange {
  const length = Number(to - from);
  const wanted = Math.max(1, Math.round(length * share));
  const first = from + BigInt(randomBelow(random, length - wanted + 1));
  return { from: first, to: first + BigInt(wanted) };
}

/** Beyond 2^32 the steps are larger than one: a range then begins anywhere, not at any single offset. */
const randomBelow = (random: Random, bound: number): number =>
  bound <= 2 ** 32 ? random.int(bound) : Math.floor((random.int(2 ** 32) / 2 ** 32) * bound);

/** FNV-1a: neighbouring texts give unlike seeds. */
function seedOf(text: string): number {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(text)) seed = Math.imul(seed ^ byte, 0x01000193) >>> 0;
  return seed;
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
