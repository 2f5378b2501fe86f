// The goals, and what a run says about them. Pure.
import type { WorkResult } from '../measure/work-run.ts';
import { type Spread, spreadOf } from '../measure/percentiles.ts';
import { shapes } from '../rig/shapes.ts';

export const relayRatioMax = 1.35;
export const memoryBytesMax = 300e6;
export const latencyRatioMax = 0.5;
export const onePartitionMegabytesMin = 25;
export const linkShareMin = 0.8;

export interface Goal {
  readonly name: string;
  readonly wanted: string;
  /** Undefined: not measured in this run. */
  readonly seen: number | undefined;
  readonly reached: boolean | undefined;
}

export const atLeast = (name: string, wanted: number, seen: number | undefined, unit = ''): Goal => ({
  name,
  wanted: `≥ ${wanted}${unit}`,
  seen,
  reached: seen === undefined ? undefined : seen >= wanted,
});

export const atMost = (name: string, wanted: number, seen: number | undefined, unit = ''): Goal => ({
  name,
  wanted: `≤ ${wanted}${unit}`,
  seen,
  reached: seen === undefined ? undefined : seen <= wanted,
});

type Figure =
  | 'cpuSecondsPerGigabyte'
  | 'cpuSecondsPerMillionRecords'
  | 'megabytesPerSecond'
  | 'processors'
  | 'memoryBytesMax'
  | 'startSeconds';

/** Median, smallest and largest of one figure over the rounds. */
export function figureOf(
  results: readonly WorkResult[],
  shape: string,
  contender: string,
  figure: Figure,
): Spread | undefined {
  const fitting = results.filter((result) => result.shape === shape && result.contender === contender);
  return spreadOf(fitting.map((result) => result[figure]).filter((value) => value !== undefined));
}

/** The MirrorMaker 2 setting that costs least in a shape. */
export function bestMirrorMaker(results: readonly WorkResult[], shape: string, figure: Figure) {
  const names = new Set(
    results.map(({ contender }) => contender).filter((name) => /^mirrormaker-\d+$/.test(name)),
  );
  let best: { contender: string; value: number } | undefined;
  for (const contender of names) {
    const value = figureOf(results, shape, contender, figure)?.median;
    if (value !== undefined && (best === undefined || value < best.value)) best = { contender, value };
  }
  return best;
}

/** MirrorMaker 2's fastest, in bytes per second. */
export function mirrorMakerMaxBytesPerSecond(
  results: readonly WorkResult[],
  shape: string,
): number | undefined {
  const rates = results
    .filter((result) => result.shape === shape && result.contender.startsWith('mirrormaker-'))
    .map((result) => result.megabytesPerSecond)
    .filter((value) => value !== undefined);
  return rates.length === 0 ? undefined : Math.max(...rates) * 1e6;
}

export function workGoals(results: readonly WorkResult[]): Goal[] {
  const goals: Goal[] = [];
  for (const shape of shapes) {
    if (shape.ratioGoal === undefined) continue;
    if (!results.some((result) => result.shape === shape.name)) continue;
    const figure = shape.unit === 'gb' ? 'cpuSecondsPerGigabyte' : 'cpuSecondsPerMillionRecords';
    const theirs = bestMirrorMaker(results, shape.name, figure)?.value;
    const ours = figureOf(results, shape.name, 'causeway', figure)?.median;
    const unit = shape.unit === 'gb' ? 'GB' : 'records';
    const name = `${shape.title}: ${unit} per CPU second, times MirrorMaker 2's best`;
    goals.push(atLeast(name, shape.ratioGoal, theirs && ours && theirs / ours, '×'));
  }
  const ours = figureOf(results, '1kb-plain', 'causeway', 'cpuSecondsPerGigabyte')?.median;
  for (const name of ['relay-paced', 'relay']) {
    const bare = figureOf(results, '1kb-plain', name, 'cpuSecondsPerGigabyte')?.median;
    const title = name === 'relay' ? 'the relay unbridled' : 'the relay at the same pace';
    if (bare !== undefined) {
      goals.push(
        atMost(`CPU per GB, 1 KB plain, times that of ${title}`, relayRatioMax, ours && ours / bare, '×'),
      );
    }
  }
  const memory = results
    .filter(({ contender }) => contender === 'causeway' || contender === 'serve')
    .map((each) => each.memoryBytesMax);
  if (memory.length > 0)
    goals.push(atMost('peak memory, MB', memoryBytesMax / 1e6, Math.max(...memory) / 1e6));
  return goals;
}
