// Pieces of the campaign added up: whether they come to an hour without a violation in which every state was
// reached often enough.
import type { CampaignReport, KindCount } from './campaign-report.ts';
import { reachedMin } from './coverage.ts';

export const minutesMin = 60;
export const crashPointsMin = 30;
export const kindsMin = 40;

export type Piece = Pick<
  CampaignReport,
  | 'commit'
  | 'seed'
  | 'minutes'
  | 'faultsByKind'
  | 'crashPoints'
  | 'records'
  | 'acknowledged'
  | 'seenByReaders'
  | 'stopsByCause'
  | 'coverage'
  | 'violations'
>;

export interface Sum {
  readonly pieces: number;
  readonly minutes: number;
  readonly commits: readonly string[];
  readonly records: number;
  readonly acknowledged: number;
  readonly seenByReaders: number;
  readonly faultsByKind: Readonly<Record<string, KindCount>>;
  readonly crashPoints: Readonly<Record<string, number>>;
  readonly stopsByCause: Readonly<Record<string, number>>;
  readonly coverage: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
  /** What is still to come before it is enough. */
  readonly missing: readonly string[];
}

export function addUp(pieces: readonly Piece[]): Sum {
  const total = (of: (piece: Piece) => number) => pieces.reduce((sum, piece) => sum + of(piece), 0);
  const sum = {
    pieces: pieces.length,
    minutes: Math.round(total(({ minutes }) => minutes) * 10) / 10,
    commits: [...new Set(pieces.map(({ commit }) => commit))],
    records: total(({ records }) => records),
    acknowledged: total(({ acknowledged }) => acknowledged),
    seenByReaders: total(({ seenByReaders }) => seenByReaders),
    faultsByKind: addKinds(pieces),
    crashPoints: addCounts(pieces.map(({ crashPoints }) => crashPoints)),
    stopsByCause: addCounts(pieces.map(({ stopsByCause }) => stopsByCause)),
    coverage: addCounts(pieces.map(({ coverage }) => coverage)),
    violations: pieces.flatMap(({ seed, violations }) => violations.map((each) => `seed ${seed}: ${each}`)),
  };
  return { ...sum, missing: missingIn(sum) };
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

function addKinds(pieces: readonly Piece[]): Record<string, KindCount> {
  const of = (which: keyof KindCount) =>
    addCounts(
      pieces.map(({ faultsByKind }) =>
        Object.fromEntries(Object.entries(faultsByKind).map(([name, counts]) => [name, counts[which]])),
      ),
    );
  const [begun, tookEffect] = [of('begun'), of('tookEffect')];
  return Object.fromEntries(
    Object.keys(begun).map((name) => [name, { begun: begun[name] ?? 0, tookEffect: tookEffect[name] ?? 0 }]),
  );
}

function missingIn(sum: Omit<Sum, 'missing'>): string[] {
  const effective = Object.values(sum.faultsByKind).filter(({ tookEffect }) => tookEffect > 0).length;
  const points = Object.keys(sum.crashPoints).length;
  const rare = Object.entries(sum.coverage).filter(([, count]) => count < reachedMin);
  return [
    ...(sum.minutes < minutesMin ? [`${sum.minutes} of ${minutesMin} minutes`] : []),
    ...(effective < kindsMin ? [`${effective} of ${kindsMin} kinds of faults took effect`] : []),
    ...(points < crashPointsMin ? [`${points} of ${crashPointsMin} crash points`] : []),
    ...rare.map(([state, count]) => `"${state}": ${count} of ${reachedMin}`),
    ...(sum.violations.length > 0 ? [`${sum.violations.length} violations`] : []),
  ];
}

/** The last line is the verdict. */
export function sumText(sum: Sum): string {
  const table = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${String(count).padStart(6)}  ${name}`);
  const kinds = Object.entries(sum.faultsByKind).map(
    ([name, { begun, tookEffect }]) => [name, `${tookEffect} of ${begun}`.padStart(10)] as const,
  );
  return [
    ...kinds.map(([name, counts]) => `${counts}  ${name}`),
    '',
    ...table(sum.crashPoints),
    '',
    ...table(sum.coverage),
    '',
    ...table(sum.stopsByCause),
    ...sum.violations,
    `${sum.pieces} pieces, ${sum.minutes} min, ${sum.records} records, ${sum.acknowledged} acknowledged, ` +
      `${sum.seenByReaders} readings, commit ${sum.commits.join(', ')}`,
    sum.missing.length === 0 ? 'enough: no violation' : `not enough: ${sum.missing.join('; ')}`,
  ].join('\n');
}
