// Faults of brokers: killed, frozen, restarted, one, two or all of a region; and of their disks.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, type Random } from '../../../src/base/random.ts';
import { type CampaignWorld, diskBroker } from '../campaign-world.ts';
import { type Region, regions, sourceRegion, targetRegion } from '../topic-roles.ts';
import { always, done, type Family, type FaultKind } from './fault-kind.ts';

const side = (region: Region) => (region === sourceRegion ? 'source' : 'target');
const brokersOf = ({ lab }: CampaignWorld, region: Region) => lab.region(region).brokers;
const oneOf = (world: CampaignWorld, region: Region, random: Random) =>
  1 + random.int(brokersOf(world, region).length);

const kindOf = (
  region: Region,
  what: string,
  weight: number,
  begin: FaultKind['begin'],
  family: Family = 'processes',
): FaultKind => ({ name: `${side(region)} ${what}`, family, weight, things: [region], begin });

const areDead = (world: CampaignWorld, region: Region, numbers: readonly number[]) =>
  numbers.every((number) => brokersOf(world, region)[number - 1]?.state === 'dead');

const killed =
  (region: Region, count: 'one' | 'two'): FaultKind['begin'] =>
  async (world, random) => {
    const first = oneOf(world, region, random);
    const numbers = count === 'one' ? [first] : [first, 1 + (first % 3)];
    await Promise.all(numbers.map((number) => world.lab.faults.kill(region, number)));
    let wasDead = areDead(world, region, numbers);
    return {
      text: `${region}/${numbers.join(' and ')} killed`,
      tookEffect: () => wasDead,
      mend: async () => {
        wasDead &&= areDead(world, region, numbers);
        await Promise.all(numbers.map((number) => world.lab.faults.start(region, number)));
      },
    };
  };

const freeze =
  (region: Region): FaultKind['begin'] =>
  async (world, random) => {
    const broker = oneOf(world, region, random);
    world.lab.faults.pause(region, broker);
    const isPaused = brokersOf(world, region)[broker - 1]?.state === 'paused';
    const mend = async () => world.lab.faults.resume(region, broker);
    return { text: `${region}/${broker} frozen`, tookEffect: () => isPaused, mend };
  };

const rollingRestart =
  (region: Region): FaultKind['begin'] =>
  async (world) => {
    const former = brokersOf(world, region).map(({ pid }) => pid);
    const restarting = world.lab.faults.restart(region);
    // Who waits for it hears of it.
    restarting.catch(always);
    return {
      text: `${region} restarted broker by broker`,
      tookEffect: () => brokersOf(world, region).every(({ pid }, at) => pid !== former[at]),
      mend: () => restarting,
    };
  };

function regionKinds(region: Region): FaultKind[] {
  return [
    kindOf(region, 'broker killed', region === targetRegion ? 6 : 3, killed(region, 'one')),
    kindOf(region, 'two brokers killed', 2, killed(region, 'two')),
    {
      ...kindOf(region, 'broker frozen', 4, freeze(region)),
      lastsMs: [2_000, 12_000],
    },
    kindOf(region, 'broker restarted', 1, async (world, random) => {
      const broker = oneOf(world, region, random);
      const former = brokersOf(world, region)[broker - 1]?.pid;
      await world.lab.faults.restart(region, broker);
      const isNew = () => brokersOf(world, region)[broker - 1]?.pid !== former;
      return { text: `${region}/${broker} restarted`, tookEffect: isNew, mend: done };
    }),
    kindOf(region, 'region killed', 1, async (world) => {
      await world.lab.faults.kill(region);
      const mend = () => world.lab.faults.start(region);
      return { text: `all brokers of ${region} killed`, tookEffect: always, mend };
    }),
    {
      ...kindOf(region, 'rolling restart', 1, rollingRestart(region), 'Kafka'),
      // Others come and go meanwhile.
      lastsMs: [25_000, 26_000],
    },
    kindOf(
      region,
      'broker without a checkpoint file',
      1,
      async (world, random) => {
        const broker = oneOf(world, region, random);
        const name = pick(random, ['replication-offset-checkpoint', 'recovery-point-offset-checkpoint']);
        await world.lab.faults.kill(region, broker);
        const folder = brokersOf(world, region)[broker - 1]?.plan.dataFolder ?? '';
        rmSync(path.join(folder, name));
        const mend = () => world.lab.faults.start(region, broker);
        return { text: `${region}/${broker} killed, its ${name} deleted`, tookEffect: always, mend };
      },
      'storage',
    ),
  ];
}

const diskKind = (what: string, begin: FaultKind['begin']): FaultKind => ({
  name: `target disk ${what}`,
  family: 'storage',
  weight: 2,
  things: [targetRegion],
  impossible: ({ disk }) => disk.impossible,
  begin,
});

const diskKinds: readonly FaultKind[] = [
  diskKind('full', async ({ disk, lab }) => {
    disk.fill();
    const wasFull = disk.isFull;
    return {
      text: `the disk of ${targetRegion}/${diskBroker} is full`,
      tookEffect: () => wasFull,
      mend: async () => {
        disk.makeRoom();
        // It leaves a disk that has failed alone until it is started anew.
        await lab.faults.kill(targetRegion, diskBroker);
        await lab.faults.start(targetRegion, diskBroker);
      },
    };
  }),
  diskKind('read-only', async ({ disk, lab }) => {
    disk.makeReadOnly();
    const broker = lab.region(targetRegion).brokers[diskBroker - 1];
    let hasNoticed = false;
    return {
      text: `the disk of ${targetRegion}/${diskBroker} is read-only`,
      tookEffect: () => hasNoticed,
      mend: async () => {
        hasNoticed = broker?.state === 'dead';
        await lab.faults.kill(targetRegion, diskBroker);
        disk.repair();
        await lab.faults.start(targetRegion, diskBroker);
      },
    };
  }),
  diskKind('slow', async ({ disk }, random) => {
    let [stalls, isOver] = [0, false];
    const stalling = async () => {
      while (!isOver) {
        disk.hold();
        try {
          await sleep(200 + random.int(2_500));
        } finally {
          disk.letGo();
        }
        stalls += 1;
        await sleep(50 + random.int(300));
      }
    };
    const running = stalling();
    return {
      text: `the disk of ${targetRegion}/${diskBroker} stalls again and again`,
      tookEffect: () => stalls > 0,
      mend: async () => {
        isOver = true;
        await running;
      },
    };
  }),
];

export const brokerKinds: readonly FaultKind[] = [...regions.flatMap(regionKinds), ...diskKinds];
