// What goes wrong with workers: each kind takes hold of one of them, breaks it, and knows how to mend it.
import type { Random } from '../../src/base/random.ts';
import type { ServeProcess } from './causeway-command.ts';
import type { FaultWorld } from './fault-world.ts';

export interface OpenFault {
  /** What was done to what. */
  readonly text: string;
  /** Undoes it; resolves when the thing is whole again. */
  mend(): Promise<void>;
}

export interface FaultKind {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** What it takes hold of: only one fault at a time has the same thing. */
  readonly thing: string;
  begin(world: FaultWorld, random: Random): Promise<OpenFault>;
}

/** Faults of the worker that has the place `slot`. */
function workerKinds(slot: number): FaultKind[] {
  const of = (name: string, weight: number, begin: FaultKind['begin']): FaultKind => ({
    name: `worker ${name}`,
    weight,
    thing: `worker ${slot}`,
    begin,
  });
  const workerOf = (world: FaultWorld) => world.workers[slot] as ServeProcess;
  const startAnother = async (world: FaultWorld) => {
    world.workers[slot] = world.startProcess('worker');
  };
  return [
    of('killed', 3, async (world) => {
      const worker = workerOf(world);
      await worker.kill();
      return { text: `${worker.name} killed`, mend: () => startAnother(world) };
    }),
    of('frozen', 4, async (world) => {
      const worker = workerOf(world);
      worker.freeze();
      // After its session has ended both run, on the same partitions, until it learns of that.
      return { text: `${worker.name} frozen`, mend: async () => worker.thaw() };
    }),
    of('stopped', 1, async (world) => {
      const worker = workerOf(world);
      const exitCode = await worker.stop();
      if (exitCode !== 0) throw new Error(`${worker.name} ended with exit code ${exitCode ?? '?'}`);
      return { text: `${worker.name} stopped`, mend: () => startAnother(world) };
    }),
  ];
}

/** What may happen to a world of so many workers. */
export const workerFaults = (workers: number): readonly FaultKind[] =>
  Array.from({ length: workers }, (_, slot) => workerKinds(slot)).flat();

/** One of `kinds` by weight. */
export function chooseKind(kinds: readonly FaultKind[], random: Random): FaultKind | undefined {
  let left = random.int(
    Math.max(
      1,
      kinds.reduce((sum, { weight }) => sum + weight, 0),
    ),
  );
  return kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
}
