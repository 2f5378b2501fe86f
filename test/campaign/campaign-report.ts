// What a piece of the campaign leaves behind, and its last lines for people.
import type { SeenStop } from '../checkers/stop-checker.ts';
import type { State } from './coverage.ts';
import type { FaultEntry, RoundReport } from './round.ts';

export interface KindCount {
  readonly begun: number;
  readonly tookEffect: number;
}

export interface CampaignReport {
  readonly passed: boolean;
  readonly commit: string;
  readonly seed: number;
  /** Of rounds, the start of the brokers left out. */
  readonly minutes: number;
  readonly startedAt: string;
  readonly machine: { readonly cpus: number; readonly node: string; readonly kafka: string };
  /** Every kind of the catalogue. */
  readonly faultsByKind: Readonly<Record<string, KindCount>>;
  /** Kinds that cannot be had on this machine, with the reason. */
  readonly impossible: Readonly<Record<string, string>>;
  /** Where processes were killed, by the name of the point. */
  readonly crashPoints: Readonly<Record<string, number>>;
  /** Of the source, found at their places at the target, in the last round; logs are compared as a whole. */
  readonly records: number;
  readonly fillers: number;
  readonly acknowledged: number;
  readonly seenByReaders: number;
  readonly stopsByCause: Readonly<Record<string, number>>;
  readonly coverage: Readonly<Record<State, number>>;
  readonly rounds: readonly RoundReport[];
  readonly violations: readonly string[];
  readonly stops: readonly SeenStop[];
  readonly faults: readonly FaultEntry[];
  /** From the repository’s folder. */
  readonly logsFolder: string;
}

export function countKinds(
  names: readonly string[],
  entries: readonly FaultEntry[],
): Record<string, KindCount> {
  return Object.fromEntries(
    names.map((name) => {
      const own = entries.filter(({ kind }) => kind === name);
      return [name, { begun: own.length, tookEffect: own.filter(({ tookEffect }) => tookEffect).length }];
    }),
  );
}

export function countStops(stops: readonly SeenStop[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of stops) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** The last line is the verdict. */
export function summaryText(report: CampaignReport): string {
  const { passed, faultsByKind, crashPoints, coverage, violations, minutes, seed, commit } = report;
  const kinds = Object.entries(faultsByKind);
  const effects = kinds.filter(([, { tookEffect }]) => tookEffect > 0);
  const sum = effects.reduce((total, [, { tookEffect }]) => total + tookEffect, 0);
  const reached = Object.entries(coverage).map(([state, count]) => `${String(count).padStart(6)}  ${state}`);
  const verdict = passed ? 'passed' : `FAILED: ${violations.length} violations`;
  return [
    ...reached,
    ...violations,
    ...(passed ? [] : [`logs: ${report.logsFolder}`]),
    `${effects.length} of ${kinds.length} kinds of faults took effect, ` +
      `${Object.keys(crashPoints).length} crash ` +
      `points hit, ${report.records} records and ${report.seenByReaders} readings compared, commit ${commit}`,
    `${verdict}: ${sum} faults in ${minutes} min, seed ${seed}`,
  ].join('\n');
}
