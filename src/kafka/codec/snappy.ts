// Snappy as Kafka's clients write it: blocks in the frame of the xerial library, one behind the other; some
// write one bare block without a frame. Both are read, the frame is written.
import { copyLiterals, findRepetitions, repeat } from './repetitions.ts';
import { BrokenPack, PackTooLarge } from './unpack-error.ts';

const frameMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
/** The magic, the version and the lowest version that can read it, both 1. */
const frameHead = Buffer.concat([frameMagic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
/** A frame may be followed by another; its magic stands where a block's length would. */
const frameMagicWord = frameMagic.readUInt32BE(0);

/** Unpacked bytes of one block, as the xerial library has it by default. */
const blockBytes = 32 * 1024;
/** A block of bytes that do not repeat grows by its length, and by a tag before each run of literals. */
const blockGrowth = 6;

/** Packs `body` into one frame. */
export function packSnappy(body: Buffer): Buffer {
  const blocks = Math.ceil(body.length / blockBytes);
  const grown = body.length + Math.ceil(body.length / blockGrowth) + blocks * 36;
  const packed = Buffer.allocUnsafe(frameHead.length + grown);
  let at = frameHead.copy(packed);
  for (let from = 0; from < body.length; from += blockBytes) {
    const end = packBlock(body, from, Math.min(from + blockBytes, body.length), packed, at + 4);
    packed.writeInt32BE(end - at - 4, at);
    at = end;
  }
  return packed.subarray(0, at);
}

function packBlock(body: Buffer, from: number, to: number, packed: Buffer, start: number): number {
  let at = start;
  for (let left = to - from; ; left >>>= 7) {
    packed[at++] = left < 0x80 ? left : (left & 0x7f) | 0x80;
    if (left < 0x80) break;
  }
  const lastLiterals = findRepetitions(body, from, to, (literalsFrom, literalsTo, distance, length) => {
    at = writeLiterals(packed, at, body, literalsFrom, literalsTo);
    let left = length;
    // At least four bytes stay for the last one.
    for (; left >= 68; left -= 64) at = writeCopy(packed, at, distance, 64);
    if (left > 64) {
      at = writeCopy(packed, at, distance, 60);
      left -= 60;
    }
    at = writeCopy(packed, at, distance, left);
  });
  return writeLiterals(packed, at, body, lastLiterals, to);
}

function writeLiterals(packed: Buffer, start: number, body: Buffer, from: number, to: number): number {
  const lessOne = to - from - 1;
  if (lessOne < 0) return start;
  let at = start;
  if (lessOne < 60) {
    packed[at++] = lessOne << 2;
  } else if (lessOne < 0x100) {
    packed[at++] = 60 << 2;
    packed[at++] = lessOne;
  } else {
    packed[at++] = 61 << 2;
    packed[at++] = lessOne & 0xff;
    packed[at++] = lessOne >>> 8;
  }
  return copyLiterals(packed, at, body, from, to);
}

function writeCopy(packed: Buffer, at: number, distance: number, length: number): number {
  if (length < 12 && distance < 2_048) {
    packed[at] = 1 | ((length - 4) << 2) | ((distance >>> 8) << 5);
    packed[at + 1] = distance & 0xff;
    return at + 2;
  }
  packed[at] = 2 | ((length - 1) << 2);
  packed[at + 1] = distance & 0xff;
  packed[at + 2] = distance >>> 8;
  return at + 3;
}

interface Block {
  /** Where its elements begin, behind its length. */
  readonly from: number;
  readonly to: number;
  readonly unpackedBytes: number;
}

/** Throws BrokenPack, or PackTooLarge where the blocks claim more than `bytesMax`. */
export function unpackSnappy(packed: Buffer, bytesMax: number): Buffer {
  const blocks = blocksOf(packed);
  const total = blocks.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  if (total > bytesMax) throw new PackTooLarge(`unpacks to ${total} bytes`);
  const body = Buffer.allocUnsafe(total);
  let at = 0;
  for (const block of blocks) at = unpackBlock(packed, block, body, at);
  return body;
}

function blocksOf(packed: Buffer): Block[] {
  if (!packed.subarray(0, frameMagic.length).equals(frameMagic)) return [blockAt(packed, 0, packed.length)];
  const blocks: Block[] = [];
  for (let at = frameHead.length; at < packed.length; ) {
    if (packed.length - at < 4) throw new BrokenPack(`${packed.length - at} bytes are no block`);
    const length = packed.readUInt32BE(at);
    if (length === frameMagicWord) {
      at += frameHead.length;
      continue;
    }
    const to = at + 4 + length;
    if (to > packed.length) throw new BrokenPack(`a block claims ${length} bytes`);
    blocks.push(blockAt(packed, at + 4, to));
    at = to;
  }
  return blocks;
}

/** The claim may be false, but not by more than `bytesMax` of the caller. */
function blockAt(packed: Buffer, start: number, to: number): Block {
  let unpackedBytes = 0;
  for (let at = start, factor = 1; at < to && at < start + 5; at += 1, factor *= 128) {
    const byte = packed[at] as number;
    unpackedBytes += (byte & 0x7f) * factor;
    if (byte < 0x80) return { from: at + 1, to, unpackedBytes };
  }
  throw new BrokenPack('a block without a length');
}

function unpackBlock(packed: Buffer, block: Block, body: Buffer, start: number): number {
  const end = start + block.unpackedBytes;
  let at = start;
  for (let from = block.from; from < block.to; ) {
    const tag = packed[from++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const extra = Math.max(0, (tag >>> 2) - 59);
      const length = 1 + (extra === 0 ? tag >>> 2 : littleEndian(packed, from, extra, block.to));
      from += extra;
      if (length > block.to - from || length > end - at) throw new BrokenPack(`${length} literals`);
      at = copyLiterals(body, at, packed, from, from + length);
      from += length;
      continue;
    }
    const offsetBytes = kind === 3 ? 4 : kind;
    let distance = littleEndian(packed, from, offsetBytes, block.to);
    if (kind === 1) distance += (tag >>> 5) << 8;
    from += offsetBytes;
    const length = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
    if (distance === 0 || distance > at - start || length > end - at) {
      throw new BrokenPack(`${length} bytes from ${distance} before`);
    }
    at = repeat(body, at, distance, length);
  }
  if (at !== end) throw new BrokenPack(`a block ends ${end - at} bytes early`);
  return end;
}

function littleEndian(bytes: Buffer, from: number, count: number, to: number): number {
  if (count > to - from) throw new BrokenPack('a block ends inside an element');
  let value = 0;
  for (let i = count - 1; i >= 0; i -= 1) value = value * 256 + (bytes[from + i] as number);
  return value;
}
