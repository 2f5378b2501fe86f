// Memory for fetch answers: reference-counted buffers in size classes, kept for the next answer, bounded in
// bytes. Fresh memory costs page faults on every answer; a bounded pool also bounds the process.
import { invariant } from '../../base/errors.ts';
import type { Lease } from '../wire/messages.ts';

const classBytesMin = 1024;
/** Classes per doubling: at most a quarter of a frame is wasted. */
const classesPerDoubling = 4;
/** A free buffer of this many classes above is still taken. */
const classesAboveMax = 4;

/** One buffer of the pool, held until its last reference is released. */
export interface PooledFrame extends Lease {
  /** As long as was asked for. */
  readonly bytes: Buffer;
}

interface Waiter {
  readonly bytes: number;
  readonly take: (frame: PooledFrame) => void;
}

export class BufferPool {
  readonly #bytesMax: number;
  readonly #free: Buffer[][] = [];
  #freeBytes = 0;
  #bytesInUse = 0;
  #framesInUse = 0;
  readonly #waiters: Waiter[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes lent out, by capacity. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }
  get framesInUse(): number {
    return this.#framesInUse;
  }
  /** Bytes kept for the next frame. */
  get bytesFree(): number {
    return this.#freeBytes;
  }
  /** Readers that wait for memory. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** A frame with one reference, or undefined while there is no room or somebody waits already. */
  tryAcquire(bytes: number): PooledFrame | undefined {
    return this.#waiters.length > 0 ? undefined : this.#acquire(bytes);
  }

  /** Calls `take` once there is room, in order of asking. Returns how to give up waiting. */
  acquireLater(bytes: number, take: (frame: PooledFrame) => void): () => void {
    const waiter = { bytes, take };
    this.#waiters.push(waiter);
    return () => {
      const at = this.#waiters.indexOf(waiter);
      if (at < 0) return;
      this.#waiters.splice(at, 1);
      this.#serve();
    };
  }

  #acquire(bytes: number): PooledFrame | undefined {
    const wanted = classOf(bytes);
    const whole = this.#findFree(wanted) ?? this.#allocate(wanted);
    if (whole === undefined) return undefined;
    this.#bytesInUse += whole.length;
    this.#framesInUse += 1;
    return new Frame(whole, bytes, this.#giveBack);
  }

  #findFree(wanted: number): Buffer | undefined {
    for (let each = wanted; each <= wanted + classesAboveMax; each += 1) {
      const found = this.#free[each]?.pop();
      if (found === undefined) continue;
      this.#freeBytes -= found.length;
      return found;
    }
    return undefined;
  }

  /** A single frame may exceed the bound: a batch has no upper limit, and it must pass. */
  #allocate(wanted: number): Buffer | undefined {
    const bytes = classBytes(wanted);
    if (this.#bytesInUse + bytes > this.#bytesMax && this.#bytesInUse > 0) return undefined;
    this.#trimFree(this.#bytesMax - this.#bytesInUse - bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Lets go of free buffers, the largest first, until at most `bytesMax` are kept. */
  #trimFree(bytesMax: number): void {
    for (let each = this.#free.length - 1; each >= 0 && this.#freeBytes > bytesMax; each -= 1) {
      const list = this.#free[each];
      while (list !== undefined && list.length > 0 && this.#freeBytes > bytesMax) {
        this.#freeBytes -= (list.pop() as Buffer).length;
      }
    }
  }

  readonly #giveBack = (whole: Buffer): void => {
    this.#bytesInUse -= whole.length;
    this.#framesInUse -= 1;
    if (this.#bytesInUse + this.#freeBytes + whole.length <= this.#bytesMax) {
      const at = classOf(whole.length);
      const list = this.#free[at];
      if (list === undefined) this.#free[at] = [whole];
      else list.push(whole);
      this.#freeBytes += whole.length;
    }
    this.#serve();
  };

  #serve(): void {
    for (;;) {
      const [first] = this.#waiters;
      if (first === undefined) return;
      const frame = this.#acquire(first.bytes);
      if (frame === undefined) return;
      this.#waiters.shift();
      first.take(frame);
    }
  }
}

/** The smallest class whose buffers hold `bytes`. */
function classOf(bytes: number): number {
  if (bytes <= classBytesMin) return 0;
  const doubling = Math.max(0, Math.floor(Math.log2(bytes / classBytesMin)));
  let at = doubling * classesPerDoubling;
  while (classBytes(at) < bytes) at += 1;
  return at;
}

function classBytes(at: number): number {
  const whole = classBytesMin * 2 ** Math.floor(at / classesPerDoubling);
  return whole + (whole / classesPerDoubling) * (at % classesPerDoubling);
}

class Frame implements PooledFrame {
  readonly bytes: Buffer;
  readonly #whole: Buffer;
  readonly #giveBack: (whole: Buffer) => void;
  #references = 1;

  constructor(whole: Buffer, bytes: number, giveBack: (whole: Buffer) => void) {
    this.#whole = whole;
    this.bytes = whole.length === bytes ? whole : whole.subarray(0, bytes);
    this.#giveBack = giveBack;
  }

  retain(): void {
    invariant(this.#references > 0, 'a buffer was retained after its last release');
    this.#references += 1;
  }

  release(): void {
    invariant(this.#references > 0, 'a buffer was released more often than retained');
    this.#references -= 1;
    if (this.#references === 0) this.#giveBack(this.#whole);
  }
}
