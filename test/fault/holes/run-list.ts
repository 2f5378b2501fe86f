// The list of runs of a campaign, from its seed alone: every step of every way, at every stage, with every
// fault, in an order of its own.
import { type Random, seededRandom } from '../../../src/base/random.ts';
import { type Kind, kinds, type Stage, stages, type Step, type Way } from './steps.ts';

export const brokerRoles = ['leader', 'coordinator', 'follower'] as const;
export type BrokerRole = (typeof brokerRoles)[number];

export type Fault =
  | { readonly what: 'killed' | 'paused' }
  | { readonly what: 'frozen'; readonly role: BrokerRole; readonly forMs: number }
  | { readonly what: 'leader killed' };

/** At the step, the worker holds records that whoever looks later sees no more. */
export type Cleaned = 'before' | 'at the step';

export interface PlannedRun {
  /** Its place in the list, by which it can be done again. */
  readonly index: number;
  readonly seed: number;
  readonly way: Way;
  /** When the source’s cleaner comes, and the partition is soft then; undefined: never. */
  readonly cleaned: Cleaned | undefined;
  readonly isMixed?: true;
  readonly step: Step;
  readonly stage: Stage;
  readonly fault: Fault;
}

/** Shorter and longer than a broker may be silent before it is deposed. */
export const frozenMs = [1_500, 5_000] as const;

export const isOfWorker = ({ what }: Fault): boolean => what === 'killed' || what === 'paused';

/** The way of filling, and what the source's cleaner does. */
export const wayText = ({
  way,
  cleaned,
  isMixed,
}: Pick<PlannedRun, 'way' | 'cleaned' | 'isMixed'>): string =>
  cleaned === undefined ? way : `${way}, cleaned ${cleaned}${isMixed ? ', mixed' : ''}`;

export const faultText = (fault: Fault): string =>
  fault.what === 'frozen' ? `${fault.role} frozen ${fault.forMs} ms` : fault.what;

export const runText = ({ index, step, stage, fault, ...which }: PlannedRun): string =>
  `${index}  ${wayText(which)}: ${step.name}, ${stage}: ${faultText(fault)}`;

/** Entries `from` to `from + count` (exclusive) of the list, which goes on for ever. */
export function runsOf(seed: number, from: number, count: number): PlannedRun[] {
  const runs: PlannedRun[] = [];
  for (let round = 0, index = 0; index < from + count; round += 1) {
    for (const run of roundOf(seededRandom(seed * 1_000 + round))) {
      if (index >= from && index < from + count) runs.push({ ...run, index, seed: seed * 100_000 + index });
      index += 1;
    }
  }
  return runs;
}

/** Workers at each stage of each step; brokers at one stage of it, chosen at random. */
function roundOf(random: Random): Chosen[] {
  return shuffled(
    random,
    kinds.flatMap((kind) => kind.steps.flatMap((step) => runsAt(kind, step, random))),
  );
}

type Chosen = Omit<PlannedRun, 'index' | 'seed'>;

function runsAt({ way, isSoft, isMixed }: Kind, step: Step, random: Random): Chosen[] {
  const kind = { way, ...(isMixed && { isMixed }) };
  const cleaned = () => (isSoft ? (random.int(2) === 0 ? 'before' : 'at the step') : undefined);
  const workers = stages.flatMap((stage) =>
    (['killed', 'paused'] as const).map((what): Chosen => {
      return { ...kind, cleaned: cleaned(), step, stage, fault: { what } };
    }),
  );
  const anyStage = () => stages[random.int(stages.length)] as Stage;
  const brokers = brokerRoles.map((role): Chosen => {
    const kills = role === 'leader' && random.int(3) === 0;
    const forMs = frozenMs[random.int(frozenMs.length)] as number;
    const fault: Fault = kills ? { what: 'leader killed' } : { what: 'frozen', role, forMs };
    return { ...kind, cleaned: cleaned(), step, stage: anyStage(), fault };
  });
  return [...workers, ...brokers];
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  return Array.from(items, () => left.splice(random.int(left.length), 1)[0] as T);
}
