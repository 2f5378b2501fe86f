// One block of LZ4: literals and repetitions in turn, up to the block's end (lz4 block format).
import { copyLiterals, findRepetitions, repeat } from './repetitions.ts';
import { BrokenPack } from './unpack-error.ts';

/** A repetition is at least as long. */
const repetitionMin = 4;
/** A length in the token; this much or more goes on behind it. */
const tokenMax = 15;

/** By how much a block of bytes that do not repeat can grow. */
export const lz4GrowthOf = (bytes: number): number => Math.ceil(bytes / 255) + 16;

/** Packs [from, to) of `body`, at most 64 KiB, to `start`; returns where it ends. */
export function packLz4Block(body: Buffer, from: number, to: number, packed: Buffer, start: number): number {
  let at = start;
  const lastLiterals = findRepetitions(body, from, to, (literalsFrom, literalsTo, distance, length) => {
    at = writeLiterals(packed, at, body, literalsFrom, literalsTo, length - repetitionMin);
    packed[at] = distance & 0xff;
    packed[at + 1] = distance >>> 8;
    at = writeRest(packed, at + 2, length - repetitionMin);
  });
  return writeLiterals(packed, at, body, lastLiterals, to, 0);
}

/** The token with both lengths, and the literals. */
function writeLiterals(
  packed: Buffer,
  at: number,
  body: Buffer,
  from: number,
  to: number,
  length: number,
): number {
  const literals = to - from;
  packed[at] = (Math.min(literals, tokenMax) << 4) | Math.min(length, tokenMax);
  return copyLiterals(packed, writeRest(packed, at + 1, literals), body, from, to);
}

function writeRest(packed: Buffer, start: number, length: number): number {
  if (length < tokenMax) return start;
  let at = start;
  let left = length - tokenMax;
  for (; left >= 255; left -= 255) packed[at++] = 255;
  packed[at] = left;
  return at + 1;
}

/**
 * Unpacks [start, end) of `packed` to `at` of `body`; repetitions reach back to `windowFrom`. Returns where
 * it ends, or undefined where that would be beyond `bodyEnd`. Throws BrokenPack.
 */
export function unpackLz4Block(
  packed: Buffer,
  start: number,
  end: number,
  body: Buffer,
  at: number,
  bodyEnd: number,
  windowFrom: number,
): number | undefined {
  let from = start;
  let to = at;
  /** The rest of a length that did not fit into the token. */
  const rest = (): number => {
    let length = 0;
    for (;;) {
      const byte = from < end ? (packed[from] as number) : broken('ends inside a length');
      from += 1;
      length += byte;
      if (byte !== 255) return length;
    }
  };
  while (from < end) {
    const token = packed[from++] as number;
    let literals = token >>> 4;
    if (literals === tokenMax) literals += rest();
    if (literals > end - from) broken(`claims ${literals} literals`);
    if (literals > bodyEnd - to) return undefined;
    to = copyLiterals(body, to, packed, from, from + literals);
    from += literals;
    if (from === end) return to;
    if (end - from < 2) broken('ends inside a distance');
    const distance = (packed[from] as number) | ((packed[from + 1] as number) << 8);
    from += 2;
    let length = token & tokenMax;
    if (length === tokenMax) length += rest();
    length += repetitionMin;
    if (distance === 0 || distance > to - windowFrom) broken(`goes back by ${distance}`);
    if (length > bodyEnd - to) return undefined;
    to = repeat(body, to, distance, length);
  }
  return broken('ends without literals');
}

function broken(what: string): never {
  throw new BrokenPack(`a block ${what}`);
}
