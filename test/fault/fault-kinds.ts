// What goes wrong in a fault run: each kind takes hold of one thing, breaks it, and knows how to mend it.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random } from '../../src/base/random.ts';
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
  readonly thing: 'workers' | 'controller' | 'link' | typeof sourceRegion | typeof targetRegion;
  begin(world: FaultWorld, random: Random): Promise<OpenFault>;
}

const done = () => Promise.resolve();

const workerKinds: readonly FaultKind[] = [
  {
    name: 'worker killed',
    weight: 3,
    thing: 'workers',
    async begin(world) {
      const former = world.replaceWorker();
      await former.kill();
      return { text: `${former.name} killed, ${world.worker.name} takes over`, mend: done };
    },
  },
  {
    name: 'worker frozen',
    weight: 4,
    thing: 'workers',
    async begin(world, random) {
      world.worker.freeze();
      const former = world.replaceWorker();
      const besideMs = 500 + random.int(5_000);
      const mend = async () => {
        former.thaw();
        // Both run now, on the same partitions.
        await sleep(besideMs);
        const exitCode = await former.stop();
        if (exitCode !== 0) throw new Error(`${former.name} ended with exit code ${exitCode ?? '?'}`);
      };
      return { text: `${former.name} frozen, ${world.worker.name} takes over`, mend };
    },
  },
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

export const faultKinds: readonly FaultKind[] = [
  ...workerKinds,
  ...linkKinds,
  ...brokerKinds(sourceRegion),
  ...brokerKinds(targetRegion),
];

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
