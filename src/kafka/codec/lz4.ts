// LZ4 frames as Kafka reads and writes them (lz4 frame format 1.5.1, without dictionaries): a checksum of
// the header and of each block is looked at, one of the content is not, and nothing behind the end mark is
// read.
import { lz4GrowthOf, packLz4Block, unpackLz4Block } from './lz4-block.ts';
import { BrokenPack, PackTooLarge } from './unpack-error.ts';
import { xxHash32 } from './xxhash32.ts';

const magic = 0x184d2204;
/** Version 1, blocks independent of one another, blocks of 64 KiB, no checksums; then the header's own. */
const frameHead = frameHeadOf(0x60, 0x40);
const blockBytes = 64 * 1024;

/** The highest bit of a block's length: it is not packed. */
const plainBit = 0x80000000;
/** Unpacked bytes that one packed byte can stand for. */
const ratioMax = 255;

function frameHeadOf(flags: number, blockSize: number): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt32LE(magic, 0);
  head[4] = flags;
  head[5] = blockSize;
  head[6] = (xxHash32(head, 4, 6) >>> 8) & 0xff;
  return head;
}

/** Packs `body` into one frame of independent blocks. */
export function packLz4(body: Buffer): Buffer {
  const blocks = Math.ceil(body.length / blockBytes);
  const packed = Buffer.allocUnsafe(
    frameHead.length + 4 + body.length + blocks * (4 + lz4GrowthOf(blockBytes)),
  );
  let at = frameHead.copy(packed);
  for (let from = 0; from < body.length; from += blockBytes) {
    const to = Math.min(from + blockBytes, body.length);
    let length = packLz4Block(body, from, to, packed, at + 4) - at - 4;
    let bit = 0;
    if (length >= to - from) {
      length = body.copy(packed, at + 4, from, to);
      bit = plainBit;
    }
    packed.writeUInt32LE((length | bit) >>> 0, at);
    at += 4 + length;
  }
  return packed.subarray(0, packed.writeUInt32LE(0, at));
}

interface Frame {
  readonly blocksFrom: number;
  readonly blockBytesMax: number;
  readonly isIndependent: boolean;
  readonly hasBlockChecksums: boolean;
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly isPlain: boolean;
}

/** Throws BrokenPack, or PackTooLarge where the frame holds more than `bytesMax`. */
export function unpackLz4(packed: Buffer, bytesMax: number): Buffer {
  const frame = frameOf(packed);
  const blocks = blocksOf(packed, frame);
  // Frames seldom say how long they are; every block but the last is full.
  const most = blocks.reduce((sum, block) => sum + mostBytesOf(block, frame), 0);
  const body = Buffer.allocUnsafe(Math.min(most, bytesMax));
  let at = 0;
  for (const block of blocks) {
    const end = at + mostBytesOf(block, frame);
    const windowFrom = frame.isIndependent ? at : 0;
    const reached = block.isPlain
      ? copyPlain(packed, block, body, at)
      : unpackLz4Block(packed, block.from, block.to, body, at, Math.min(end, body.length), windowFrom);
    if (reached === undefined) {
      if (end > body.length) throw new PackTooLarge(`unpacks to more than ${body.length} bytes`);
      throw new BrokenPack(`a block is larger than ${frame.blockBytesMax} bytes`);
    }
    at = reached;
  }
  return body.subarray(0, at);
}

const mostBytesOf = ({ from, to, isPlain }: Block, { blockBytesMax }: Frame): number =>
  Math.min(blockBytesMax, isPlain ? to - from : ratioMax * (to - from));

/** Where it ends; undefined where there is no room. */
function copyPlain(packed: Buffer, { from, to }: Block, body: Buffer, at: number): number | undefined {
  return to - from > body.length - at ? undefined : at + packed.copy(body, at, from, to);
}

function frameOf(packed: Buffer): Frame {
  if (packed.length < frameHead.length) throw new BrokenPack(`${packed.length} bytes are no frame`);
  if (packed.readUInt32LE(0) !== magic) throw new BrokenPack('no frame begins here');
  const flags = packed[4] as number;
  const sizes = packed[5] as number;
  const size = sizes >>> 4;
  if (flags >>> 6 !== 1 || (flags & 3) !== 0 || (sizes & 0x0f) !== 0 || size < 4 || size > 7) {
    throw new BrokenPack(`a frame of the unknown kind ${flags.toString(16)} ${sizes.toString(16)}`);
  }
  const checksumAt = 6 + ((flags & 0x08) !== 0 ? 8 : 0);
  if (checksumAt >= packed.length) throw new BrokenPack('the frame ends inside its header');
  const checksum = (xxHash32(packed, 4, checksumAt) >>> 8) & 0xff;
  if (packed[checksumAt] !== checksum) throw new BrokenPack('the checksum of the frame’s header is wrong');
  return {
    blocksFrom: checksumAt + 1,
    blockBytesMax: 1 << (2 * size + 8),
    isIndependent: (flags & 0x20) !== 0,
    hasBlockChecksums: (flags & 0x10) !== 0,
  };
}

/** Up to the end mark, each length and checksum looked at. */
function blocksOf(packed: Buffer, frame: Frame): Block[] {
  const blocks: Block[] = [];
  for (let at = frame.blocksFrom; ; ) {
    if (packed.length - at < 4) throw new BrokenPack('the frame has no end');
    const word = packed.readUInt32LE(at);
    if (word === 0) return blocks;
    const from = at + 4;
    const to = from + (word & ~plainBit);
    const behind = to + (frame.hasBlockChecksums ? 4 : 0);
    if (to - from > frame.blockBytesMax || behind > packed.length) {
      throw new BrokenPack(`a block claims ${to - from} bytes`);
    }
    if (frame.hasBlockChecksums && packed.readUInt32LE(to) !== xxHash32(packed, from, to)) {
      throw new BrokenPack('the checksum of a block is wrong');
    }
    blocks.push({ from, to, isPlain: word >= plainBit });
    at = behind;
  }
}
