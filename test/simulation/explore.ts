// Every order of events of a small world: runs it again and again from the start, each time with another
// order, until none is left. Orders that differ only in events which have nothing to do with each other are
// run once: dynamic partial-order reduction (Flanagan and Godefroid, 2005) with sleep sets. Processes meet
// by messages alone, so only the order of events within one process matters, and there not between strands.
import { areDependent, happenings, type Happening, racesOf } from './races.ts';
import type { Scheduler, SimEvent } from './scheduler.ts';

export interface Exploration<World extends { readonly scheduler: Scheduler }> {
  /** A new world, at the point from which the orders are explored. Equal each time. */
  readonly begin: () => Promise<World>;
  /** True where the run is over. */
  readonly over: (world: World) => boolean;
  /** Looks at the world that a run ended in. Throws where something is wrong. */
  readonly end: (world: World) => Promise<void>;
  /** Events further apart in time than this keep their order: a message is late by at most that much. */
  readonly horizonMs: number;
  readonly stepsMax: number;
  readonly runsMax: number;
}

export interface Explored {
  readonly runs: number;
  /** Runs given up since they only repeat what others have shown. */
  readonly repeated: number;
  readonly complete: boolean;
}

/** One step of the present run. Event ids are equal in all runs that share the steps before. */
interface Choice {
  readonly enabled: readonly SimEvent[];
  chosen: SimEvent;
  /** Events that must be tried here besides the chosen one, by id. */
  readonly wanted: Set<number>;
  /** Events tried here before, or elsewhere with the same outcome. */
  readonly asleep: Map<number, SimEvent>;
}

export async function explore<World extends { readonly scheduler: Scheduler }>(
  exploration: Exploration<World>,
): Promise<Explored> {
  const path: Choice[] = [];
  let runs = 0;
  let repeated = 0;
  do {
    if (runs + repeated >= exploration.runsMax) return { runs, repeated, complete: false };
    const { ended, left } = await runOnce(exploration, path);
    if (ended) runs += 1;
    else repeated += 1;
    wantOthers(path);
    wantVanished(path, left);
  } while (turnBack(path));
  return { runs, repeated, complete: true };
}

interface RunEnd {
  /** False where only repetitions were left. */
  readonly ended: boolean;
  /** Events that had not happened. */
  readonly left: readonly SimEvent[];
}

/** Repeats `path` in a new world and goes on from its end. */
async function runOnce<World extends { readonly scheduler: Scheduler }>(
  { begin, over, end, horizonMs, stepsMax }: Exploration<World>,
  path: Choice[],
): Promise<RunEnd> {
  const world = await begin();
  const { scheduler } = world;
  for (let step = 0; ; step += 1) {
    if (step >= path.length && over(world)) break;
    if (step >= stepsMax) throw new Error(`a run has not ended after ${stepsMax} steps: ${orderOf(path)}`);
    const enabled = near(scheduler.enabled(), horizonMs);
    if (step >= path.length) {
      const asleep = asleepAfter(path.at(-1));
      const chosen = enabled.find((event) => !asleep.has(event.id));
      if (chosen === undefined) return { ended: false, left: enabled };
      path.push({ enabled, chosen, asleep, wanted: new Set() });
    }
    const { id } = (path[step] as Choice).chosen;
    const event = enabled.find((each) => each.id === id);
    if (event === undefined) throw new Error('the world is not the same each time');
    await withOrder(scheduler.happen(event), path);
  }
  const left = scheduler.enabled();
  await withOrder(end(world), path);
  return { ended: true, left };
}

/**
 * Notes at each step which later event should be tried there: one that could have come before what was
 * chosen.
 */
function wantOthers(path: readonly Choice[]): void {
  const steps: Happening[] = happenings(path.map(({ chosen }) => chosen));
  for (const { earlier, causes } of racesOf(steps)) {
    const { enabled, wanted, asleep, chosen } = path[earlier] as Choice;
    const candidates = enabled.filter((event) => causes.has(event.id));
    // None: whatever leads there lies beyond the horizon.
    const first = candidates[0];
    if (first === undefined) continue;
    const known = (id: number) => id === chosen.id || wanted.has(id) || asleep.has(id);
    if (!candidates.some(({ id }) => known(id))) wanted.add(first.id);
  }
}

/** An event that was called off, as a deadline by its answer, must be tried before what called it off. */
function wantVanished(path: readonly Choice[], atEnd: readonly SimEvent[]): void {
  path.forEach(({ enabled, chosen, wanted }, step) => {
    const left = new Set((path[step + 1]?.enabled ?? atEnd).map(({ id }) => id));
    for (const { id } of enabled) if (id !== chosen.id && !left.has(id)) wanted.add(id);
  });
}

/** Chooses another event at the last step that wants one; false when all orders have been run. */
function turnBack(path: Choice[]): boolean {
  for (;;) {
    const last = path.at(-1);
    if (last === undefined) return false;
    last.asleep.set(last.chosen.id, last.chosen);
    const next = last.enabled.find(({ id }) => last.wanted.has(id) && !last.asleep.has(id));
    if (next !== undefined) {
      last.chosen = next;
      return true;
    }
    path.pop();
  }
}

function asleepAfter(choice: Choice | undefined): Map<number, SimEvent> {
  const still = new Map<number, SimEvent>();
  if (choice === undefined) return still;
  for (const [id, event] of choice.asleep) {
    if (id !== choice.chosen.id && !areDependent(event, choice.chosen)) still.set(id, event);
  }
  return still;
}

function near(enabled: readonly SimEvent[], horizonMs: number): SimEvent[] {
  const firstMs = enabled[0]?.atMs ?? 0;
  return enabled.filter((event) => event.atMs <= firstMs + horizonMs);
}

const orderOf = (path: readonly Choice[]): string =>
  path.map(({ chosen }) => `\n  ${chosen.owner}: ${chosen.label}`).join('');

async function withOrder(happening: Promise<void>, path: readonly Choice[]): Promise<void> {
  try {
    await happening;
  } catch (error) {
    throw new Error(`in this order of events:${orderOf(path)}`, { cause: error });
  }
}
