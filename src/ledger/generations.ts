// What `causeway.generations` adds up to: which generation of each set is live in this region. Pure.
import type { GenerationEnded, GenerationOpened, GenerationRecord } from './records.ts';

export interface GenerationsOfSet {
  /** By number, in ascending order; of several openings of one number the first in the log. */
  readonly opened: ReadonlyMap<number, GenerationOpened>;
  readonly ended: ReadonlyMap<number, GenerationEnded>;
  /** The newest opened one that has not ended; undefined where there is none. */
  readonly live: GenerationOpened | undefined;
  /** The number that the next generation gets. */
  readonly nextGeneration: number;
}

/** `records` in the order of the log. The first opening, and the first end, of a generation wins. */
export function foldGenerations(records: Iterable<GenerationRecord>): ReadonlyMap<string, GenerationsOfSet> {
  const sets = new Map<string, Draft>();
  for (const record of records) {
    if (record.kind !== 'opened' && record.kind !== 'ended') continue;
    const draft = draftOf(sets, record.set);
    if (record.kind === 'opened') {
      if (!draft.opened.has(record.generation)) draft.opened.set(record.generation, record);
    } else if (!draft.ended.has(record.generation)) {
      draft.ended.set(record.generation, record);
    }
  }
  return new Map([...sets].map(([set, draft]) => [set, settle(draft)]));
}

interface Draft {
  readonly opened: Map<number, GenerationOpened>;
  readonly ended: Map<number, GenerationEnded>;
}

function draftOf(sets: Map<string, Draft>, set: string): Draft {
  const kept = sets.get(set);
  if (kept !== undefined) return kept;
  const made: Draft = { opened: new Map(), ended: new Map() };
  sets.set(set, made);
  return made;
}

function settle({ opened, ended }: Draft): GenerationsOfSet {
  const inOrder = new Map([...opened].sort(([a], [b]) => a - b));
  const newestOpened = Math.max(0, ...opened.keys());
  const newest = opened.get(newestOpened);
  // An end counts also for a generation whose opening is not known: its number is used up.
  const newestEnded = Math.max(0, ...ended.keys());
  const live = newest !== undefined && newestOpened > newestEnded ? newest : undefined;
  return { opened: inOrder, ended, live, nextGeneration: Math.max(newestOpened, newestEnded) + 1 };
}

/** Live generations by set: under which producer id and epoch every worker of the region writes. */
export function liveGenerations(records: Iterable<GenerationRecord>): ReadonlyMap<string, GenerationOpened> {
  const live = new Map<string, GenerationOpened>();
  for (const [set, generations] of foldGenerations(records)) {
    if (generations.live !== undefined) live.set(set, generations.live);
  }
  return live;
}
