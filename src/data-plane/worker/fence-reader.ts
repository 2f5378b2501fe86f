// Re-reads the generations for start procedures: many ask at once, one read answers all that asked before it
// began.
import type { Fence, FenceSource } from '../mirror/fence.ts';

/** Reads `causeway.generations` to its end and returns the open generation of each set. */
export type ReadFences = () => Promise<ReadonlyMap<string, Fence>>;

export class FenceReader implements FenceSource {
  readonly record: FenceSource['record'];
  readonly #read: ReadFences;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<ReadonlyMap<string, Fence>> | undefined;

  constructor(read: ReadFences, record: FenceSource['record']) {
    this.#read = read;
    this.record = record;
  }

  async currentFence(set: string): Promise<Fence | undefined> {
    return (await this.#nextRead()).get(set);
  }

  /** The read that begins after this call; never one that is already under way. */
  #nextRead(): Promise<ReadonlyMap<string, Fence>> {
    if (this.#next !== undefined) return this.#next;
    const readAgain = () => {
      this.#next = undefined;
      return this.#read();
    };
    // Whether the read under way fails or not: whoever asked for it is told, and this one begins after it.
    const next = this.#running.then(readAgain, readAgain);
    this.#next = next;
    this.#running = next;
    return next;
  }
}
