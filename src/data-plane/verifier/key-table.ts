// For many keys of one partition where the last record of each stands, at the source and at the target, in
// bounded memory: open addressing over flat arrays, 25 bytes a slot, at most half of the slots used. A key is
// known by 64 bits of its SHA-1.
import { hash } from 'node:crypto';

export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

/** Both halves are whole numbers below 2^32. */
export function hashOfKey(key: Buffer): KeyHash {
  const digest = hash('sha1', key, 'buffer');
  return { high: digest.readUInt32BE(0), low: digest.readUInt32BE(4) };
}

/** Keys of one partition that are held at once: 52 MB. */
export const keysAtOnceMax = 1_000_000;

const slotsAtFirst = 1_024;
const used = 1;
const laterAtSource = 2;

/** The last record of a key on one side; undefined where there is none. */
export interface LastRecord {
  /** Source offset. */
  readonly at: bigint;
  readonly isTombstone: boolean;
}

export class KeyTable {
  readonly #keysMax: number;
  /** Offsets are kept as their distance from here. */
  readonly #from: bigint;
  #size = 0;
  #high = new Uint32Array(0);
  #low = new Uint32Array(0);
  /** Distance plus one; negative for a tombstone, 0 for none. */
  #last = { source: new Float64Array(0), target: new Float64Array(0) };
  #flags = new Uint8Array(0);

  constructor(from: bigint, keysMax = keysAtOnceMax) {
    this.#from = from;
    this.#keysMax = keysMax;
    this.#allocate(slotsAtFirst);
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of a key; undefined where it is not held. */
  find(key: KeyHash): number | undefined {
    const slot = this.#probe(key);
    return this.#flags[slot] === 0 ? undefined : slot;
  }

  /** The slot of a key, which is held from now on; undefined where the table is full. */
  add(key: KeyHash): number | undefined {
    let slot = this.#probe(key);
    if (this.#flags[slot] !== 0) return slot;
    if (this.#size >= this.#keysMax) return undefined;
    if (this.#size * 2 >= this.#flags.length) {
      this.#rebuild(this.#flags.length * 2, () => true);
      slot = this.#probe(key);
    }
    this.#high[slot] = key.high;
    this.#low[slot] = key.low;
    this.#flags[slot] = used;
    this.#size += 1;
    return slot;
  }

  /** A record of the key at a source offset, which is behind all that were noted before on this side. */
  note(slot: number, side: 'source' | 'target', { at, isTombstone }: LastRecord): void {
    const place = Number(at - this.#from) + 1;
    this.#last[side][slot] = isTombstone ? -place : place;
  }

  /** The source has a record of the key behind everything that the target may hold by now. */
  noteLater(slot: number): void {
    this.#flags[slot] = used | laterAtSource;
  }

  isLater(slot: number): boolean {
    return ((this.#flags[slot] ?? 0) & laterAtSource) !== 0;
  }

  lastOf(slot: number, side: 'source' | 'target'): LastRecord | undefined {
    const place = this.#last[side][slot] ?? 0;
    if (place === 0) return undefined;
    return { at: this.#from + BigInt(Math.abs(place) - 1), isTombstone: place < 0 };
  }

  /** All slots in use. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.#flags.length; slot += 1) if (this.#flags[slot] !== 0) yield slot;
  }

  /** The upper half of the key's hash. */
  highOf(slot: number): number {
    return this.#high[slot] ?? 0;
  }

  keepIf(keeps: (slot: number) => boolean): void {
    this.#rebuild(this.#flags.length, keeps);
  }

  /** Keeps the keys, and forgets where their records stand. */
  forgetPlaces(): void {
    this.#last.source.fill(0);
    this.#last.target.fill(0);
    for (const slot of this.slots()) this.#flags[slot] = used;
  }

  #probe({ high, low }: KeyHash): number {
    const mask = this.#flags.length - 1;
    let slot = low & mask;
    while (this.#flags[slot] !== 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #allocate(slots: number): void {
    this.#high = new Uint32Array(slots);
    this.#low = new Uint32Array(slots);
    this.#last = { source: new Float64Array(slots), target: new Float64Array(slots) };
    this.#flags = new Uint8Array(slots);
  }

  #rebuild(slots: number, keeps: (slot: number) => boolean): void {
    const kept = [...this.slots()].filter(keeps);
    const [high, low, last, flags] = [this.#high, this.#low, this.#last, this.#flags];
    this.#allocate(slots);
    this.#size = kept.length;
    for (const old of kept) {
      const slot = this.#probe({ high: high[old] ?? 0, low: low[old] ?? 0 });
      this.#high[slot] = high[old] ?? 0;
      this.#low[slot] = low[old] ?? 0;
      this.#flags[slot] = flags[old] ?? 0;
      this.#last.source[slot] = last.source[old] ?? 0;
      this.#last.target[slot] = last.target[old] ?? 0;
    }
  }
}
