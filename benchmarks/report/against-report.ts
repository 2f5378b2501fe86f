// Two checkouts side by side: what this one's engine costs, times what the other's does, round by round.
import { type Spread, spreadOf } from '../measure/percentiles.ts';
import type { WorkResult } from '../measure/work-run.ts';
import { shapes } from '../rig/shapes.ts';
import { atMost, type Goal } from './goals.ts';
import { tableText } from './table.ts';

export const againstRatioMax = 1.05;

/** Both of a round were measured one right after the other, so that they saw the same machine. */
export function againstRatio(results: readonly WorkResult[], shape: string): Spread | undefined {
  const costOf = (contender: string, round: number) =>
    results.find((each) => each.shape === shape && each.contender === contender && each.round === round)
      ?.cpuSecondsPerGigabyte;
  const rounds = [...new Set(results.map(({ round }) => round))];
  const ratios = rounds.map((round) => {
    const [ours, theirs] = [costOf('causeway', round), costOf('causeway-against', round)];
    return ours && theirs && ours / theirs;
  });
  return spreadOf(ratios.filter((ratio) => ratio !== undefined));
}

export function againstText(results: readonly WorkResult[]): string {
  const rows = seenShapes(results).map(({ name, title }) => {
    const spread = againstRatio(results, name);
    return [title, spread?.count ?? 0, spread?.median, spread?.min, spread?.max];
  });
  const header = ['CPU per GB, times the other checkout’s', 'rounds', 'median', 'min', 'max'];
  return tableText(header, rows);
}

/** The median counts. */
export const againstGoals = (results: readonly WorkResult[]): Goal[] =>
  seenShapes(results).map(({ name, title }) =>
    atMost(
      `${title}: CPU per GB, times the other checkout's`,
      againstRatioMax,
      againstRatio(results, name)?.median,
      '×',
    ),
  );

const seenShapes = (results: readonly WorkResult[]) =>
  shapes.filter(({ name }) => results.some((each) => each.shape === name));
