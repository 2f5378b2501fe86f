// Pieces of the campaign added up: runs that came to their step, each once, and what came of them.
import type { CampaignReport } from './hole-campaign.ts';
import type { Outcome } from './one-run.ts';

export interface Sum {
  readonly commits: readonly string[];
  /** Runs that came to their step; of one that was done again the last counts. */
  readonly counted: number;
  /** Way, fault of workers or brokers, and outcome, with how many runs. */
  readonly table: readonly (readonly [way: string, fault: string, outcome: Outcome, runs: number])[];
  /** Numbers of runs that never came to their step. */
  readonly notReached: readonly number[];
  /** Every run that failed, done again or not. */
  readonly failed: readonly string[];
}

type Piece = Pick<CampaignReport, 'commit' | 'seed' | 'runs'>;

export function addUp(pieces: readonly Piece[]): Sum {
  const byRun = new Map<string, Piece['runs'][number]>();
  for (const { seed, runs } of pieces) for (const run of runs) byRun.set(`${seed}/${run.index}`, run);
  const all = [...byRun.values()];
  const counts = new Map<string, number>();
  for (const { way, fault, outcome } of all) {
    if (outcome === 'not reached') continue;
    const key = JSON.stringify([way, fault, outcome]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rows = [...counts].map(
    ([key, runs]) => [...(JSON.parse(key) as [string, string, Outcome]), runs] as const,
  );
  return {
    commits: [...new Set(pieces.map(({ commit }) => commit))],
    counted: all.filter(({ outcome }) => outcome !== 'not reached').length,
    table: rows.toSorted(([...a], [...b]) => (a.join() < b.join() ? -1 : 1)),
    notReached: all.filter(({ outcome }) => outcome === 'not reached').map(({ index }) => index),
    failed: pieces.flatMap(failuresOf),
  };
}

const failuresOf = ({ seed, runs }: Piece): string[] =>
  runs
    .filter(({ outcome }) => outcome === 'FAILED')
    .map(
      ({ index, way, step, stage, fault, violation }) =>
        `seed ${seed}, ${index}: ${way}, ${step}, ${stage}, ${fault}: ${violation}`,
    );

export function sumText({ commits, counted, table, notReached, failed }: Sum): string {
  return [
    `${counted} runs, ${failed.length} failed, commit ${commits.join(', ')}`,
    ...table.map(
      ([way, fault, outcome, runs]) => `${String(runs).padStart(4)}  ${way}, ${fault}: ${outcome}`,
    ),
    ...(notReached.length > 0 ? [`never came to their step: ${notReached.join(', ')}`] : []),
    ...failed,
  ].join('\n');
}
