// Faults of the product's processes: killed, frozen and woken late, out of memory, two at once.
import type { CampaignWorld } from '../campaign-world.ts';
import type { Place } from '../product-processes.ts';
import type { FaultKind, OpenFault } from './fault-kind.ts';

/** A process is given so long to be out of memory. */
const outOfMemoryMsMax = 20_000;

type Begin = FaultKind['begin'];

/** Often for longer than the session of a member of the group. */
const frozenMs = [2_000, 18_000] as const;

const one = (place: Place, what: string, weight: number, begin: Begin): FaultKind => ({
  name: `${place.replace(/ \d+$/, '')} ${what}`,
  family: 'processes',
  weight,
  things: [place],
  begin,
});

const kill =
  (...places: Place[]): Begin =>
  async ({ processes }) => {
    const killed = places.map((place) => processes.at(place));
    await Promise.all(killed.map((each) => each.kill()));
    return {
      text: `${killed.map(({ name }) => name).join(' and ')} killed`,
      tookEffect: () => killed.every(({ alive }) => !alive),
      mend: async () => places.forEach((place) => processes.start(place)),
    };
  };

const freeze =
  (place: Place): Begin =>
  async ({ processes }) => {
    const frozen = processes.at(place);
    frozen.freeze();
    let wasFrozen = frozen.frozen;
    return {
      text: `${frozen.name} frozen`,
      tookEffect: () => wasFrozen,
      mend: async () => {
        wasFrozen &&= frozen.alive;
        frozen.thaw();
        if (!frozen.alive) processes.start(place);
      },
    };
  };

const stop =
  (place: Place): Begin =>
  async ({ processes }) => {
    const stopped = processes.at(place);
    const exitCode = await stopped.stop();
    if (exitCode === undefined) throw new Error(`${stopped.name} did not stop within 30 s`);
    return {
      text: `${stopped.name} stopped`,
      tookEffect: () => exitCode === 0,
      mend: async () => processes.start(place),
    };
  };

const useUpMemory =
  (place: Place): Begin =>
  async ({ processes }) => {
    const full = processes.at(place);
    processes.useUpMemory(place);
    const waited = AbortSignal.timeout(outOfMemoryMsMax);
    await Promise.race([full.gone(), new Promise((resolve) => waited.addEventListener('abort', resolve))]);
    return {
      text: `${full.name} out of memory`,
      tookEffect: () => !full.alive,
      mend: async () => {
        await full.kill();
        processes.start(place);
      },
    };
  };

function workerKinds(slot: number): FaultKind[] {
  const place: Place = `worker ${slot}`;
  return [
    one(place, 'killed', 3, kill(place)),
    { ...one(place, 'frozen and woken late', 5, freeze(place)), lastsMs: frozenMs },
    one(place, 'stopped', 1, stop(place)),
    one(place, 'out of memory', 1, useUpMemory(place)),
  ];
}

const both = (name: string, begin: Begin, ...things: string[]): FaultKind => ({
  name,
  family: 'processes',
  weight: 2,
  things,
  begin,
});

/** A broker of the target and a worker at the same time. */
async function brokerAndWorker(world: CampaignWorld, region: 'us-east'): Promise<OpenFault> {
  const { processes, lab } = world;
  const worker = processes.at('worker 0');
  await Promise.all([worker.kill(), lab.faults.kill(region, 2)]);
  return {
    text: `${worker.name} and ${region}/2 killed`,
    tookEffect: () => !worker.alive && lab.region(region).brokers[1]?.state === 'dead',
    mend: async () => {
      processes.start('worker 0');
      await lab.faults.start(region, 2);
    },
  };
}

export const processKinds = (workers: number): FaultKind[] => [
  ...Array.from({ length: workers }, (_, slot) => workerKinds(slot)).flat(),
  one('controller', 'killed', 1, kill('controller')),
  one('controller', 'frozen and woken late', 1, freeze('controller')),
  both('two workers killed', kill('worker 0', 'worker 1'), 'worker 0', 'worker 1'),
  both('controller and worker killed', kill('controller', 'worker 1'), 'controller', 'worker 1'),
  both(
    'worker and target broker killed',
    (world) => brokerAndWorker(world, 'us-east'),
    'worker 0',
    'us-east',
  ),
];
