// The tables and goals of latency and of the long link.
import type { LatencyResult } from '../latency/latency-run.ts';
import type { WorkResult } from '../measure/work-run.ts';
import { longLink } from '../rig/shapes.ts';
import { spreadOf } from '../measure/percentiles.ts';
import {
  atLeast,
  atMost,
  type Goal,
  latencyRatioMax,
  linkShareMin,
  onePartitionMegabytesMin,
} from './goals.ts';
import { shownCell, tableText } from './table.ts';

type LatencyFigure = 'p50Ms' | 'p90Ms' | 'p99Ms' | 'maxMs';

/** Median over the rounds. */
function medianOf(
  results: readonly LatencyResult[],
  rttMs: number,
  contender: string,
  figure: LatencyFigure,
): number | undefined {
  const fitting = results.filter((each) => each.rttMs === rttMs && each.contender === contender);
  return spreadOf(fitting.map((each) => each[figure]).filter((value) => value !== undefined))?.median;
}

/** One table per round trip. */
export function latencyText(results: readonly LatencyResult[], titles: ReadonlyMap<string, string>): string {
  const header = ['contender', 'p50 ms', 'p90 ms', 'p99 ms', 'longest ms', 'records'];
  return rttsOf(results)
    .map((rttMs) => {
      const fitting = results.filter((each) => each.rttMs === rttMs);
      const rows = namesOf(fitting).map((name) => {
        const figure = (which: LatencyFigure) => medianOf(results, rttMs, name, which);
        const records = fitting.find(({ contender }) => contender === name)?.records;
        return [
          titles.get(name) ?? name,
          figure('p50Ms'),
          figure('p90Ms'),
          figure('p99Ms'),
          figure('maxMs'),
          records,
        ];
      });
      const rate = shownCell((fitting[0]?.bytesPerSecond ?? Number.NaN) / 1e6);
      const title = `Latency, 1 KB records at ${rate} MB/s, round trip ${rttMs} ms (one-way delay taken off)`;
      return `${title}\n${tableText(header, rows)}`;
    })
    .join('\n\n');
}

export function latencyGoals(results: readonly LatencyResult[]): Goal[] {
  return rttsOf(results).map((rttMs) => {
    const ours = bestOf(results, rttMs, (name) => name === 'causeway' || name === 'causeway-latency');
    const theirs = bestOf(results, rttMs, (name) => name.startsWith('mirrormaker'));
    const name = `p99 latency, round trip ${rttMs} ms, times MirrorMaker 2's best`;
    return atMost(name, latencyRatioMax, ours && theirs && ours / theirs, '×');
  });
}

/** The lowest p99 among the settings of one contender. */
function bestOf(
  results: readonly LatencyResult[],
  rttMs: number,
  isOne: (contender: string) => boolean,
): number | undefined {
  const medians = namesOf(results)
    .filter(isOne)
    .map((name) => medianOf(results, rttMs, name, 'p99Ms'))
    .filter((value) => value !== undefined);
  return medians.length === 0 ? undefined : Math.min(...medians);
}

export function longLinkText(results: readonly WorkResult[], titles: ReadonlyMap<string, string>): string {
  const header = ['contender', 'partitions', 'MB/s', 'share of the link', 'CPU s/GB', 'peak MB'];
  const rows = results.map((each) => [
    titles.get(each.contender) ?? each.contender,
    each.partitions,
    each.megabytesPerSecond,
    each.megabytesPerSecond && (each.megabytesPerSecond * 1e6) / longLink.bandwidthBytesPerSecond,
    each.cpuSecondsPerGigabyte,
    each.memoryBytesMax / 1e6,
  ]);
  return `Round trip 80 ms, 1 Gbit/s, 1 KB records, plain\n${tableText(header, rows)}`;
}

export function longLinkGoals(results: readonly WorkResult[]): Goal[] {
  const rateOf = (partitions: number) =>
    results.find((each) => each.contender === 'causeway' && each.partitions === partitions)
      ?.megabytesPerSecond;
  const eight = rateOf(8);
  return [
    atLeast('80 ms, 1 Gbit/s: one partition, MB/s', onePartitionMegabytesMin, rateOf(1)),
    atLeast(
      '80 ms, 1 Gbit/s: eight partitions, share of the link',
      linkShareMin,
      eight && (eight * 1e6) / longLink.bandwidthBytesPerSecond,
    ),
  ];
}

const rttsOf = (results: readonly LatencyResult[]) => [...new Set(results.map(({ rttMs }) => rttMs))];
const namesOf = (results: readonly LatencyResult[]) => [
  ...new Set(results.map(({ contender }) => contender)),
];
