// Runs start procedures, at most so many at once; a partition that is due again while it runs is run again.
import type { MirrorPartition } from '../mirror/mirror-partition.ts';

export class StartQueue {
  readonly #runningMax: number;
  readonly #run: (partition: MirrorPartition) => Promise<void>;
  readonly #due = new Set<MirrorPartition>();
  #running = 0;

  /** `run` must not reject. */
  constructor(runningMax: number, run: (partition: MirrorPartition) => Promise<void>) {
    this.#runningMax = runningMax;
    this.#run = run;
  }

  add(partition: MirrorPartition): void {
    this.#due.add(partition);
    this.#next();
  }

  #next(): void {
    for (const partition of this.#due) {
      if (this.#running >= this.#runningMax) return;
      this.#due.delete(partition);
      if (partition.state.name !== 'starting') continue;
      this.#running += 1;
      this.#run(partition)
        .finally(() => {
          this.#running -= 1;
          this.#next();
        })
        .catch((error: unknown) => {
          throw error;
        });
    }
  }
}
