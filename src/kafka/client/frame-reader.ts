// Cuts the byte stream of a connection into answers. Fetch answers are read straight into pooled memory;
// everything else goes through a small buffer, and a larger one only as its bytes arrive.
import { CausewayError } from '../../base/errors.ts';
import type { BufferPool, PooledFrame } from './buffer-pool.ts';

/** Bytes read at once while no frame is under way; a whole answer within them is not copied. */
const scratchBytes = 16 * 1024;
/** With fewer bytes missing, the next read goes through the scratch, which also takes what follows. */
const directBytesMin = 4 * 1024;
/** Room made at first for an answer outside the pool; it doubles as bytes arrive. */
const plainBytesAtFirst = 64 * 1024;
/** Length and correlation id. */
const headBytes = 8;
const lengthBytes = 4;
/** How a TLS alert begins (RFC 8446, 5.1): what a TLS port says to somebody who speaks in the clear. */
const tlsAlert = 0x1503;

export interface FrameReaderParts {
  readonly pool: BufferPool;
  /** An answer longer than that is taken for nonsense. */
  readonly frameBytesMax: number;
  /**
   * True where the answer to `correlationId` belongs into the pool. Throws CW-3005 where none is expected.
   */
  readonly isPooled: (correlationId: number) => boolean;
  /** A whole answer without its length. Without `lease` the bytes are valid during the call only. */
  readonly onFrame: (bytes: Buffer, lease: PooledFrame | undefined) => void;
  /** Memory has come after a pause: read on. */
  readonly onResume: () => void;
}

export class FrameReader {
  readonly #parts: FrameReaderParts;
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  readonly #head = Buffer.alloc(headBytes);
  #headFilled = 0;
  /** The frame under way: where its bytes go, how many of `#length` are there. */
  #bytes: Buffer | undefined;
  #lease: PooledFrame | undefined;
  #filled = 0;
  #length = 0;
  /** Set while memory is waited for; the rest of the scratch then waits too. */
  #stopWaiting: (() => void) | undefined;
  #restFrom = 0;
  #restTo = 0;
  #closed = false;
  /** An answer has begun as answers do: whatever comes later, the port does not speak TLS. */
  #understood = false;

  constructor(parts: FrameReaderParts) {
    this.#parts = parts;
  }

  /** True while the pool has no room and nothing may be read. */
  get waiting(): boolean {
    return this.#stopWaiting !== undefined;
  }

  /** True while an answer has come in part. */
  get isAmid(): boolean {
    return this.#bytes !== undefined || this.#headFilled > 0;
  }

  /** Where the next bytes of the connection go. */
  readonly nextBuffer = (): Buffer => {
    const bytes = this.#bytes;
    if (bytes === undefined || this.waiting || this.#length - this.#filled < directBytesMin)
      return this.#scratch;
    if (this.#filled === bytes.length) return this.#grow(bytes).subarray(this.#filled);
    return bytes.subarray(this.#filled);
  };

  /** `count` bytes have come into `into`. False: read no more until `onResume`. Throws CW-3005. */
  received(count: number, into: Buffer): boolean {
    if (this.#closed) return false;
    if (into !== this.#scratch) this.#advance(count);
    else this.#parse(0, count);
    return !this.waiting;
  }

  /** Gives back what is held. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#lease?.release();
    this.#lease = undefined;
    this.#bytes = undefined;
  }

  #parse(from: number, to: number): void {
    let at = from;
    while (at < to && !this.#closed) {
      if (this.#bytes !== undefined) {
        at += this.#copyIn(at, to);
        continue;
      }
      const whole = this.#headFilled === 0 ? this.#deliverInPlace(at, to) : 0;
      if (whole > 0) {
        at += whole;
        continue;
      }
      at += this.#fillHead(at, to);
      if (this.#headFilled < headBytes) return this.#checkBeginning();
      if (!this.#begin()) {
        this.#restFrom = at;
        this.#restTo = to;
        return;
      }
    }
  }

  /** Hands over an unpooled answer that lies in the scratch as a whole; returns its bytes, else 0. */
  #deliverInPlace(at: number, to: number): number {
    if (to - at < headBytes) return 0;
    const length = this.#checkLength(this.#scratch.readInt32BE(at));
    const end = at + lengthBytes + length;
    if (end > to || this.#parts.isPooled(this.#scratch.readInt32BE(at + lengthBytes))) return 0;
    this.#parts.onFrame(this.#scratch.subarray(at + lengthBytes, end), undefined);
    return end - at;
  }

  #fillHead(at: number, to: number): number {
    const count = Math.min(headBytes - this.#headFilled, to - at);
    this.#scratch.copy(this.#head, this.#headFilled, at, at + count);
    this.#headFilled += count;
    return count;
  }

  /** An alert of TLS is shorter than the head of an answer, and nothing comes after it. */
  #checkBeginning(): void {
    if (this.#headFilled >= lengthBytes) this.#checkLength(this.#head.readInt32BE(0));
  }

  #checkLength(length: number): number {
    // A frame holds at least its correlation id.
    if (length >= headBytes - lengthBytes && length <= this.#parts.frameBytesMax) {
      this.#understood = true;
      return length;
    }
    if (!this.#understood && length >>> 16 === tlsAlert) {
      throw new CausewayError('CW-3011', 'this port speaks TLS: set security.protocol to SSL or SASL_SSL');
    }
    const text = `an answer claims ${length} bytes, between 4 and ${this.#parts.frameBytesMax} are possible`;
    throw new CausewayError('CW-3005', text, { length });
  }

  /** Makes room for the frame whose head is there. False while there is none. */
  #begin(): boolean {
    this.#length = this.#checkLength(this.#head.readInt32BE(0));
    if (!this.#parts.isPooled(this.#head.readInt32BE(lengthBytes))) {
      this.#start(Buffer.allocUnsafe(Math.min(this.#length, plainBytesAtFirst)));
      return true;
    }
    const lease = this.#parts.pool.tryAcquire(this.#length);
    if (lease !== undefined) {
      this.#lease = lease;
      this.#start(lease.bytes);
      return true;
    }
    this.#stopWaiting = this.#parts.pool.acquireLater(this.#length, (granted) => this.#granted(granted));
    return false;
  }

  #granted(lease: PooledFrame): void {
    this.#stopWaiting = undefined;
    this.#lease = lease;
    this.#start(lease.bytes);
    this.#parts.onResume();
  }

  /** What lay behind the head when reading stopped. Throws CW-3005. */
  takeRest(): void {
    const from = this.#restFrom;
    const to = this.#restTo;
    this.#restFrom = 0;
    this.#restTo = 0;
    this.#parse(from, to);
  }

  #start(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#head.copy(bytes, 0, lengthBytes, headBytes);
    this.#filled = headBytes - lengthBytes;
    this.#headFilled = 0;
    if (this.#filled === this.#length) this.#deliver();
  }

  #copyIn(at: number, to: number): number {
    let bytes = this.#bytes as Buffer;
    if (this.#filled === bytes.length) bytes = this.#grow(bytes);
    const count = Math.min(bytes.length - this.#filled, to - at);
    this.#scratch.copy(bytes, this.#filled, at, at + count);
    this.#advance(count);
    return count;
  }

  #grow(bytes: Buffer): Buffer {
    const grown = Buffer.allocUnsafe(Math.min(this.#length, bytes.length * 2));
    bytes.copy(grown, 0, 0, this.#filled);
    this.#bytes = grown;
    return grown;
  }

  #advance(count: number): void {
    this.#filled += count;
    if (this.#filled === this.#length) this.#deliver();
  }

  #deliver(): void {
    const bytes = this.#bytes as Buffer;
    const lease = this.#lease;
    this.#bytes = undefined;
    this.#lease = undefined;
    // The receiver owns the lease from here on.
    this.#parts.onFrame(bytes, lease);
  }
}
