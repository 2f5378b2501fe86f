// The table and the goals of the fillers.
import { type Spread, spreadOf } from '../measure/percentiles.ts';
import { atLeast, atMost, type Goal } from '../report/goals.ts';
import { type Cell, shownCell, tableText } from '../report/table.ts';
import type { FillResult } from './fill-run.ts';
import { type PartName, partNames } from './options.ts';

export const fillersPerSecondMin = 50_000;
export const prefixSecondsMax = 60;
/** Offsets for which that time is meant. */
export const prefixOffsets = 50_000_000;

const titles: Readonly<Record<PartName, string>> = {
  direct: 'fillers, directly',
  prefix: 'prefix, empty records',
  coordinated: 'fillers, by the coordinator',
};

const header = ['what', 'offsets', 'per second', 'min-max', 'seconds in all', 'CPU s/M offsets', 'peak MB'];

const spreadOfPart = (
  results: readonly FillResult[],
  part: PartName,
  figure: 'perSecond' | 'seconds' | 'cpuSecondsPerMillion' | 'memoryBytesMax',
): Spread | undefined =>
  spreadOf(
    results
      .filter((each) => each.part === part)
      .map((each) => each[figure])
      .filter((value) => value !== undefined),
  );

export function fillText(results: readonly FillResult[]): string {
  const seen = partNames.filter((part) => results.some((each) => each.part === part));
  const rows = seen.map((part): Cell[] => {
    const rate = spreadOfPart(results, part, 'perSecond');
    const memory = spreadOfPart(results, part, 'memoryBytesMax');
    // The benchmark's own process counts the coordinator's way: its memory and CPU are not Causeway's alone.
    const isOwn = part !== 'coordinated';
    return [
      titles[part],
      results.find((each) => each.part === part)?.offsets,
      rate?.median,
      rate === undefined || rate.count < 2 ? '' : `${shownCell(rate.min)}-${shownCell(rate.max)}`,
      spreadOfPart(results, part, 'seconds')?.median,
      isOwn ? shownCell(spreadOfPart(results, part, 'cpuSecondsPerMillion')?.median) : '',
      isOwn ? shownCell(memory && memory.max / 1e6) : '',
    ];
  });
  return tableText(header, rows);
}

/** The worst round counts. A shorter prefix is held to the same time per offset. */
export function fillGoals(results: readonly FillResult[]): Goal[] {
  const goals: Goal[] = [];
  const has = (part: PartName) => results.some((each) => each.part === part);
  const direct = spreadOfPart(results, 'direct', 'perSecond');
  if (has('direct')) goals.push(atLeast('fillers a second, directly', fillersPerSecondMin, direct?.min));
  const prefixes = results.filter((each) => each.part === 'prefix');
  const slowest = Math.max(...prefixes.map(({ seconds, offsets }) => (seconds * prefixOffsets) / offsets));
  if (has('prefix')) {
    goals.push(atMost('seconds for a prefix of 50,000,000 offsets', prefixSecondsMax, slowest));
  }
  return goals;
}
