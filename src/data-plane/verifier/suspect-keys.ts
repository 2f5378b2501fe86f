// Keys of which one side lacks a record that the other one has: a cleaner may have removed it, or the mirror.
import { hashOfKey, KeyTable } from './key-table.ts';
import type { PlacedRecord } from './log-cursor.ts';

export class SuspectKeys {
  /** Undefined once there are more keys than fit: any key may be one of them. */
  #table: KeyTable | undefined;
  #any = false;

  constructor(from: bigint, keysMax?: number) {
    this.#table = new KeyTable(from, keysMax);
  }

  /** False while no key has to be judged. */
  get any(): boolean {
    return this.#any;
  }

  get table(): KeyTable | undefined {
    return this.#table;
  }

  /** Records without a key are removed by cleaners, and nobody misses them. */
  add({ record: { key } }: PlacedRecord): void {
    if (key === undefined) return;
    this.#any = true;
    if (this.#table?.add(hashOfKey(key)) === undefined) this.#table = undefined;
  }
}
