// Faults inside a worker's process, at named points of its requests: it dies there, stands still there, or
// its connection, answer or request goes wrong there.
import { pick, type Random } from '../../../src/base/random.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import type { CampaignWorld } from '../campaign-world.ts';
import { ordinaryPlaces, type Place } from '../product-processes.ts';
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
/** Sent by workers that may not alter the cluster, and by the others. */
const fillersOf: Readonly<Record<'ordinary' | 'other', readonly RequestKind[]>> = {
  ordinary: ['begin filler', 'end filler', 'look at filler'],
  other: ['write fillers'],
};
/** What may be sent twice without telling the cluster another thing: the mirror has to stand it. */
const repeatable: ReadonlySet<RequestKind> = new Set([
  'write data',
  'write fillers',
  'begin filler',
  'end filler',
  'take producer id',
]);
const timesMax = 4;

interface Plan {
  readonly kind: RequestKind;
  readonly stage: Stage;
  readonly action: WireAction;
  readonly times: number;
  readonly waitMs: number;
}

/** Has it begin anew, after an orderly end, where it is done at the beginning only. */
async function give({ processes }: CampaignWorld, place: Place, plan: Plan): Promise<number> {
  if (atStart.has(plan.kind)) {
    await processes.at(place).stop();
    processes.start(place);
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
  await waitUntil('a point to be reached', isHit, { giveUpMs: 12_000, pollMs: 50 }).catch(() => false);
}

const kindOf = (slot: number, row: Row): FaultKind => ({
  name: row.name,
  family: 'inside a process',
  weight: row.weight,
  things: [`worker ${slot}`],
  ...(row.lastsMs !== undefined && { lastsMs: row.lastsMs }),
  async begin(world, random): Promise<OpenFault> {
    const place: Place = `worker ${slot}`;
    const planned = planOf(world, row, kindsAt(place), random);
    const id = await give(world, place, planned);
    const { name: who } = world.processes.at(place);
    await awaitHit(world, id);
    return {
      text: `${who}: ${planned.action} at "${pointName(planned.kind, planned.stage)}"`,
      tookEffect: () => hitsOf(world, id) > 0,
      mend: () => (row.action === 'kill' ? restart(world, place) : wake(world, place)),
    };
  },
});

const restart = async ({ processes }: CampaignWorld, place: Place) => {
  await processes.at(place).stop();
  processes.start(place);
};

const wake = async ({ processes }: CampaignWorld, place: Place) => {
  const process = processes.at(place);
  process.thaw();
  if (process.alive) processes.forgetOrders(place);
  else processes.start(place);
};

function kindsAt(place: Place): readonly RequestKind[] {
  const { ordinary, other } = fillersOf;
  const others = ordinaryPlaces.has(place) ? other : ordinary;
  return requestKinds.filter((kind) => !others.includes(kind));
}
interface Row {
  readonly name: string;
  /** Any point unless given. */
  readonly points?: readonly (readonly [RequestKind, Stage])[];
  readonly weight: number;
  readonly action: WireAction;
  /** Any of them unless given. */
  readonly stage?: Stage;
  /** Once unless it may be several times. */
  readonly isRepeated?: boolean;
  /** Only what may be sent twice. */
  readonly isRepeatable?: boolean;
  readonly waitMsMax?: number;
  readonly lastsMs?: FaultKind['lastsMs'];
}

const withGuardOpen = [
  ['begin filler', 'answered'],
  ['end filler', 'before'],
  ['end filler', 'half sent'],
  ['end filler', 'sent'],
] as const;

const rows: readonly Row[] = [
  { name: 'worker killed at a point', weight: 48, action: 'kill' },
  {
    name: 'worker killed with its guard open',
    weight: 12,
    action: 'kill',
    points: withGuardOpen,
  },
  {
    // For longer than a session, and than it may write on without looking at everything anew.
    name: 'worker sleeps with data under way',
    weight: 30,
    action: 'stand still',
    points: [['write data', 'sent']],
    lastsMs: [11_000, 16_000],
  },
  {
    name: 'worker sleeps with its guard open',
    weight: 10,
    action: 'stand still',
    points: withGuardOpen,
    lastsMs: [11_000, 16_000],
  },
  {
    name: 'worker stands still at a point',
    weight: 10,
    action: 'stand still',
    lastsMs: [1_000, 17_000],
  },
  {
    name: 'connection cut in the middle of a frame',
    weight: 4,
    action: 'cut',
    stage: 'half sent',
    isRepeated: true,
  },
  { name: 'answers lost', weight: 6, action: 'cut', stage: 'answered', isRepeated: true },
  {
    name: 'requests repeated',
    weight: 6,
    action: 'repeat',
    stage: 'sent',
    isRepeated: true,
    isRepeatable: true,
    waitMsMax: 5_000,
  },
  {
    name: 'requests held back',
    weight: 4,
    action: 'hold',
    stage: 'before',
    isRepeated: true,
    waitMsMax: 8_000,
  },
];

/** A point at which nobody has died yet, as long as there is one. */
function crashPoint(world: CampaignWorld, kinds: readonly RequestKind[], random: Random) {
  const all = kinds.flatMap((kind) => stages.map((stage) => [kind, stage] as const));
  const fresh = all.filter(([kind, stage]) => !world.points.has(pointName(kind, stage)));
  return pick(random, fresh.length > 0 ? fresh : all);
}

function planOf(world: CampaignWorld, row: Row, kinds: readonly RequestKind[], random: Random): Plan {
  const { action, stage, isRepeated = false, isRepeatable = false, waitMsMax = 1 } = row;
  const given = row.points ?? (action === 'kill' ? [crashPoint(world, kinds, random)] : undefined);
  const [kind, at] = given === undefined ? [undefined, stage] : pick(random, given);
  return {
    kind: kind ?? pick(random, isRepeatable ? kinds.filter((kind) => repeatable.has(kind)) : kinds),
    stage: at ?? pick(random, stages),
    action,
    times: isRepeated ? 1 + random.int(timesMax) : 1,
    waitMs: random.int(waitMsMax),
  };
}

const kindsOfWorker = (slot: number): FaultKind[] =>
  rows
    .filter(({ points = [] }) => points.every(([kind]) => kindsAt(`worker ${slot}`).includes(kind)))
    .map((row) => kindOf(slot, row));

export const wireKinds = (workers: number): FaultKind[] =>
  Array.from({ length: workers }, (_, slot) => kindsOfWorker(slot)).flat();
