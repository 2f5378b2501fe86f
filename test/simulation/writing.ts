// One time that an application writes: keys, values and times of its records, which do not depend on what
// others write before.
import type { Random } from '../../src/base/random.ts';
import type { MadeRecords } from '../broker-model/made-batch.ts';
import { wallMsAtStart } from './scheduler.ts';
import type { TopicShape } from './world-shape.ts';

/** Batches of one writing, at most: each has a millisecond of its own. */
const batchesMax = 16;

export class Writing {
  readonly random: Random;
  readonly #name: string;
  readonly #shape: Pick<TopicShape, 'keys' | 'ageMs'>;
  readonly #firstMs: number;
  #batches = 0;
  #values = 0;

  /** `serial`: which one of its partition. No two of a partition share it, nor their name. */
  constructor(name: string, serial: number, shape: Pick<TopicShape, 'keys' | 'ageMs'>, random: Random) {
    this.random = random;
    this.#name = name;
    this.#shape = shape;
    this.#firstMs = wallMsAtStart - (shape.ageMs ?? 0) + serial * batchesMax;
  }

  /** So many records; with keys, at most one of them a tombstone: time and key tell it from all others. */
  batch(count: number): MadeRecords {
    const values = Array.from({ length: count }, () => this.#value());
    const timestampMs = BigInt(this.#firstMs + this.#batches);
    this.#batches += 1;
    if (this.#shape.keys === undefined) return { values, timestampMs };
    const buried = this.random.int(4 * count);
    const withTombstone = values.map((value, index) => (index === buried ? null : value));
    return { values: withTombstone, keys: values.map(() => this.#key()), timestampMs };
  }

  #key(): Buffer {
    return Buffer.from(`key ${this.random.int(this.#shape.keys ?? 1)}`);
  }

  #value(): Buffer {
    this.#values += 1;
    return Buffer.from(`record ${this.#values} of ${this.#name}`);
  }
}
