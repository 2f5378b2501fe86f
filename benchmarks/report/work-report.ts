// The table of what work costs, and the table of goals.
import type { WorkResult } from '../measure/work-run.ts';
import { shapes } from '../rig/shapes.ts';
import { bestMirrorMaker, figureOf, type Goal } from './goals.ts';
import { type Cell, shownCell, tableText } from './table.ts';

const header = [
  'contender',
  'CPU s/GB',
  'min-max',
  'CPU s/M records',
  'MB/s',
  'CPUs busy',
  'peak MB',
  'start s',
  '× less CPU than best MM2',
];

/** One table per shape. */
export function workText(results: readonly WorkResult[], titles: ReadonlyMap<string, string>): string {
  return shapes
    .filter(({ name }) => results.some((result) => result.shape === name))
    .map((shape) => {
      const fitting = results.filter((result) => result.shape === shape.name);
      const names = [...new Set(fitting.map(({ contender }) => contender))];
      const rows = names.map((name) => rowOf(results, shape.name, name, titles.get(name) ?? name));
      const [first] = fitting;
      const perRecord = first === undefined ? undefined : first.bytes / first.records;
      const gigabytes = shownCell((first?.bytes ?? 0) / 1e9);
      const size = `${gigabytes} GB, ${shownCell(perRecord)} B a record on the wire${holesText(first)}`;
      const problems = fitting
        .filter(({ problem }) => problem !== undefined)
        .map(({ contender, round, problem }) => `  ${contender}, round ${round}: ${problem}`);
      return [`${shape.title} (${size})`, tableText(header, rows), ...problems].join('\n');
    })
    .join('\n\n');
}

function holesText(result: WorkResult | undefined): string {
  if (result === undefined || result.offsets === result.records) return '';
  return `, ${shownCell((1 - result.records / result.offsets) * 100)} % of the offsets are holes`;
}

function rowOf(results: readonly WorkResult[], shape: string, contender: string, title: string): Cell[] {
  const figure = (name: Parameters<typeof figureOf>[3]) => figureOf(results, shape, contender, name);
  const cost = figure('cpuSecondsPerGigabyte');
  const best = bestMirrorMaker(results, shape, 'cpuSecondsPerGigabyte')?.value;
  const memory = figure('memoryBytesMax');
  return [
    title,
    cost?.median,
    cost === undefined || cost.count < 2 ? '' : `${shownCell(cost.min)}-${shownCell(cost.max)}`,
    contender.startsWith('relay') ? '' : shownCell(figure('cpuSecondsPerMillionRecords')?.median),
    figure('megabytesPerSecond')?.median,
    figure('processors')?.median,
    memory === undefined ? undefined : memory.max / 1e6,
    figure('startSeconds')?.median,
    cost === undefined || best === undefined ? undefined : best / cost.median,
  ];
}

export function goalsText(goals: readonly Goal[]): string {
  const rows = goals.map(({ name, wanted, seen, reached }) => [
    name,
    wanted,
    shownCell(seen),
    reached === undefined ? 'not measured' : reached ? 'reached' : 'NOT reached',
  ]);
  return tableText(['goal', 'wanted', 'seen', ''], rows);
}
