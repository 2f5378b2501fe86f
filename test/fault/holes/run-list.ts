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

export interface PlannedRun {
  /** Its place in the list, by which it can be done again. */
  readonly index: number;
  readonly seed: number;
  readonly way: Way;
  readonly isSoft: boolean;
  readonly step: Step;
  readonly stage: Stage;
  readonly fault: Fault;
}

/** Shorter and longer than a broker may be silent before it is deposed. */
export const frozenMs = [1_500, 6_000] as const;

export const faultText = (fault: Fault): string =>
  fault.what === 'frozen' ? `${fault.role} frozen ${fault.forMs} ms` : fault.what;

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
function roundOf(random: Random): Omit<PlannedRun, 'index' | 'seed'>[] {
  return shuffled(
    random,
    kinds.flatMap((kind) => kind.steps.flatMap((step) => runsAt(kind, step, random))),
  );
}

function runsAt({ way, isSoft }: Kind, step: Step, random: Random): Omit<PlannedRun, 'index' | 'seed'>[] {
  const place = { way, isSoft, step };
  const workers = stages.flatMap((stage) =>
    (['killed', 'paused'] as const).map((what) => ({ ...place, stage, fault: { what } })),
  );
  const anyStage = () => stages[random.int(stages.length)] as Stage;
  const brokers = brokerRoles.map((role): Omit<PlannedRun, 'index' | 'seed'> => {
    const kills = role === 'leader' && random.int(3) === 0;
    const forMs = frozenMs[random.int(frozenMs.length)] as number;
    const fault: Fault = kills ? { what: 'leader killed' } : { what: 'frozen', role, forMs };
    return { ...place, stage: anyStage(), fault };
  });
  return [...workers, ...brokers];
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const left = [...items];
  return Array.from(items, () => left.splice(random.int(left.length), 1)[0] as T);
}
