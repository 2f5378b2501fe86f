// What goes wrong in a fault run: each kind takes hold of one thing, breaks it, and knows how to mend it.
import { type Random } from '../../src/base/random.ts';
import type { ServeProcess } from './causeway-command.ts';
import { type FaultWorld, sourceRegion, targetRegion } from './fault-world.ts';

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

const done = () => Promise.resolve();

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

const controllerKinds: readonly FaultKind[] = [
  {
    name: 'controller killed',
    weight: 1,
    thing: 'controller',
    async begin(world) {
      const former = world.controller;
      await former.kill();
      const mend = async () => {
        world.controller = world.startProcess('controller');
      };
      return { text: `${former.name} killed`, mend };
    },
  },
];

const linkKinds: readonly FaultKind[] = [
  {
    name: 'link cut',
    weight: 6,
    thing: 'link',
    async begin({ lab }, random) {
      const cut = random.int(2) === 0 ? 'hold' : 'reset';
      await lab.wan.set(sourceRegion, targetRegion, { cut });
      const mend = () => lab.wan.set(sourceRegion, targetRegion, { cut: null });
      return { text: `link cut (${cut})`, mend };
    },
  },
  {
    name: 'link slow',
    weight: 1,
    thing: 'link',
    async begin({ lab }, random) {
      const rttMs = 50 + random.int(400);
      await lab.wan.set(sourceRegion, targetRegion, { rttMs, jitterMs: 50 });
      const mend = () => lab.wan.set(sourceRegion, targetRegion, { rttMs: 10, jitterMs: 0 });
      return { text: `link slow: round trip ${rttMs} ms`, mend };
    },
  },
];

/** Faults of one broker of a region, and of all of them at once. */
function brokerKinds(region: typeof sourceRegion | typeof targetRegion): FaultKind[] {
  const of = (name: string, weight: number, begin: FaultKind['begin']): FaultKind => ({
    name: `${region} ${name}`,
    weight,
    thing: region,
    begin,
  });
  const one = ({ lab }: FaultWorld, random: Random) => 1 + random.int(lab.region(region).brokers.length);
  return [
    of('broker killed', 3, async (world, random) => {
      const broker = one(world, random);
      await world.lab.faults.kill(region, broker);
      return { text: `${region}/${broker} killed`, mend: () => world.lab.faults.start(region, broker) };
    }),
    of('broker frozen', 3, async (world, random) => {
      const broker = one(world, random);
      world.lab.faults.pause(region, broker);
      const mend = async () => world.lab.faults.resume(region, broker);
      return { text: `${region}/${broker} frozen`, mend };
    }),
    of('broker restarted', 2, async (world, random) => {
      const broker = one(world, random);
      await world.lab.faults.restart(region, broker);
      return { text: `${region}/${broker} restarted`, mend: done };
    }),
    of('region killed', 1, async (world) => {
      await world.lab.faults.kill(region);
      return { text: `all brokers of ${region} killed`, mend: () => world.lab.faults.start(region) };
    }),
  ];
}

export const faultScopes = ['all', 'workers'] as const;
export type FaultScope = (typeof faultScopes)[number];

/** What may happen to a world of so many workers. */
export function kindsOf(scope: FaultScope, workers: number): readonly FaultKind[] {
  const ofWorkers = Array.from({ length: workers }, (_, slot) => workerKinds(slot)).flat();
  if (scope === 'workers') return ofWorkers;
  return [
    ...ofWorkers,
    ...controllerKinds,
    ...linkKinds,
    ...brokerKinds(sourceRegion),
    ...brokerKinds(targetRegion),
  ];
}

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
