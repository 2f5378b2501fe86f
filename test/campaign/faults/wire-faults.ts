// Faults inside a worker's process, at named points of its requests: it dies there, stands still there, or
// its connection, answer or request goes wrong there.
import { pick, type Random } from '../../../src/base/random.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import type { Place } from '../product-processes.ts';
import {
  pointName,
  type RequestKind,
  requestKinds,
  type Stage,
  stages,
  type WireAction,
} from '../wire/wire-orders.ts';
import type { FaultKind, OpenFault } from './fault-kind.ts';

/** Sent when a worker begins, and rarely later. */
const atStart: ReadonlySet<RequestKind> = new Set([
  'take producer id',
  'find coordinator',
  'list offsets',
  'look up leader epoch',
  'read producers',
  'join group',
  'sync group',
]);
/** Sent by workers that may not alter the cluster. */
const ordinary: ReadonlySet<RequestKind> = new Set(['begin filler', 'end filler', 'look at filler']);
/** What may be sent twice without telling the cluster another thing: the mirror has to stand it. */
const repeatable = ['write data', 'write fillers', 'begin filler', 'end filler', 'take producer id'] as const;
const timesMax = 4;

interface Plan {
  readonly kind: RequestKind;
  readonly stage: Stage;
  readonly action: WireAction;
  readonly times: number;
  readonly waitMs: number;
}

/** Has the right worker do it, and begin anew where it is done at the beginning only. */
async function give({ processes }: CampaignWorld, place: Place, plan: Plan): Promise<number> {
  const { kind } = plan;
  const wantsOrdinary = ordinary.has(kind) ? true : kind === 'write fillers' ? false : undefined;
  const fits = wantsOrdinary === undefined || processes.isOrdinary(place) === wantsOrdinary;
  if (atStart.has(kind) || !fits) {
    await processes.at(place).kill();
    processes.start(place, wantsOrdinary);
  }
  return processes.order(place, plan);
}

const hitsOf = ({ processes, hits }: CampaignWorld, id: number) => {
  processes.readEvents();
  return hits.get(id) ?? 0;
};

/** Until it has come to the point, or for a while. */
async function awaitHit(world: CampaignWorld, id: number): Promise<void> {
  const isHit = () => hitsOf(world, id) > 0;
  await waitUntil('a point to be reached', isHit, { giveUpMs: 8_000, pollMs: 50 }).catch(() => false);
}

const kindOf = (
  slot: number,
  name: string,
  weight: number,
  plan: (random: Random) => Plan,
  mend: (world: CampaignWorld, place: Place) => Promise<void>,
): FaultKind => ({
  name,
  family: 'inside a process',
  weight,
  things: [`worker ${slot}`],
  async begin(world, random): Promise<OpenFault> {
    const place: Place = `worker ${slot}`;
    const planned = plan(random);
    const id = await give(world, place, planned);
    const { name: who } = world.processes.at(place);
    await awaitHit(world, id);
    return {
      text: `${who}: ${planned.action} at "${pointName(planned.kind, planned.stage)}"`,
      tookEffect: () => hitsOf(world, id) > 0,
      mend: () => mend(world, place),
    };
  },
});

const restart = async ({ processes }: CampaignWorld, place: Place) => {
  await processes.at(place).kill();
  processes.start(place);
};

const wake = async ({ processes }: CampaignWorld, place: Place) => {
  const process = processes.at(place);
  process.thaw();
  if (process.alive) processes.forgetOrders(place);
  else processes.start(place);
};

const anyKind = (random: Random) => pick(random, requestKinds);
const some = (random: Random) => 1 + random.int(timesMax);

const kindsOfWorker = (slot: number): FaultKind[] => [
  kindOf(
    slot,
    'worker killed at a point',
    16,
    (random) => ({ kind: anyKind(random), stage: pick(random, stages), action: 'kill', times: 1, waitMs: 0 }),
    restart,
  ),
  kindOf(
    slot,
    'worker stands still at a point',
    8,
    (random) => ({
      kind: anyKind(random),
      stage: pick(random, stages),
      action: 'stand still',
      times: 1,
      waitMs: 0,
    }),
    wake,
  ),
  kindOf(
    slot,
    'connection cut in the middle of a frame',
    4,
    (random) => ({
      kind: anyKind(random),
      stage: 'half sent',
      action: 'cut',
      times: some(random),
      waitMs: 0,
    }),
    wake,
  ),
  kindOf(
    slot,
    'answers lost',
    6,
    (random) => ({ kind: anyKind(random), stage: 'answered', action: 'cut', times: some(random), waitMs: 0 }),
    wake,
  ),
  kindOf(
    slot,
    'requests repeated',
    6,
    (random) => ({
      kind: pick(random, repeatable),
      stage: 'sent',
      action: 'repeat',
      times: some(random),
      waitMs: random.int(5_000),
    }),
    wake,
  ),
  kindOf(
    slot,
    'requests held back',
    4,
    (random) => ({
      kind: anyKind(random),
      stage: 'before',
      action: 'hold',
      times: some(random),
      waitMs: 500 + random.int(8_000),
    }),
    wake,
  ),
];

export const wireKinds = (workers: number): FaultKind[] =>
  Array.from({ length: workers }, (_, slot) => kindsOfWorker(slot)).flat();
