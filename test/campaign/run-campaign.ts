// A piece of the campaign from start to report: a world, rounds one after the other, and the verdict.
import { cpus } from 'node:os';
import path from 'node:path';
import { repositoryFolder } from '../../lab/folders.ts';
import { describeError } from '../../src/base/errors.ts';
import { type Random, seededRandom } from '../../src/base/random.ts';
import type { StopReason } from '../checkers/stop-checker.ts';
import { commitOf } from '../fixtures/commit-of.ts';
import { type CampaignReport, countKinds, countStops } from './campaign-report.ts';
import { CampaignWorld } from './campaign-world.ts';
import { catalogue, kindNames } from './faults/catalogue.ts';
import type { FaultKind } from './faults/fault-kind.ts';
import { type FaultEntry, Round, type RoundReport } from './round.ts';
import { swarmOf } from './swarm.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly minutes: number;
  /** How long things break in a round, at least. */
  readonly faultsMs: number;
  readonly atOnceMax: number;
  /** Only these kinds, by name; all unless given. */
  readonly only?: readonly string[];
  readonly say: (text: string) => void;
  /** Ends the piece behind the round under way. */
  readonly signal?: AbortSignal;
}

const workers = 3;

/** Nothing is left running, however it ends. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, say, signal } = options;
  const startedAt = new Date().toISOString();
  // Before anything runs: workers begin all along.
  const commit = commitOf();
  await using world = await CampaignWorld.start({
    seed,
    workers,
    say,
    ...(signal !== undefined && { signal }),
  });
  const began = performance.now();
  const elapsedMs = () => Math.round(performance.now() - began);
  const run: Run = {
    ...chooseKinds(world, options),
    entries: [],
    reasons: [],
    rounds: [],
    // Each part its own sequence, so that one does not depend on the timing of another.
    random: seededRandom(seed + 1),
    begun: new Map(),
    elapsedMs,
  };
  say(`mirroring; ${run.names.length} kinds of faults, seed ${seed}`);
  let trouble: string | undefined;
  try {
    while (elapsedMs() < options.minutes * 60_000 && signal?.aborted !== true) {
      run.rounds.push(await nextRound(world, options, run));
    }
  } catch (error) {
    trouble = `the campaign itself failed: ${describeError(error)}`;
    say(trouble);
  }
  return reportOf(world, run, { seed, startedAt, commit, minutes: elapsedMs() / 60_000, trouble });
}

interface Run {
  readonly kinds: readonly FaultKind[];
  readonly names: readonly string[];
  readonly impossible: Readonly<Record<string, string>>;
  readonly entries: FaultEntry[];
  readonly reasons: StopReason[];
  readonly rounds: RoundReport[];
  readonly random: Random;
  readonly begun: Map<string, number>;
  readonly elapsedMs: () => number;
}

function chooseKinds(world: CampaignWorld, { only }: CampaignOptions) {
  const all = catalogue(workers).filter(({ name }) => only === undefined || only.includes(name));
  const impossible: Record<string, string> = {};
  for (const kind of all) {
    const why = kind.impossible?.(world);
    if (why !== undefined) impossible[kind.name] = why;
  }
  return { kinds: all.filter(({ name }) => !(name in impossible)), names: kindNames(all), impossible };
}

function nextRound(world: CampaignWorld, options: CampaignOptions, run: Run): Promise<RoundReport> {
  const { random, kinds, begun, entries, reasons, elapsedMs } = run;
  const { faultsMs, atOnceMax, say, signal } = options;
  return new Round(world, {
    number: run.rounds.length + 1,
    random,
    kinds: swarmOf(kinds, random, begun),
    faultsMs,
    atOnceMax,
    begun,
    entries,
    reasons,
    elapsedMs,
    say,
    ...(signal !== undefined && { signal }),
  }).run();
}

interface Outcome {
  readonly seed: number;
  readonly startedAt: string;
  readonly commit: string;
  readonly minutes: number;
  readonly trouble: string | undefined;
}

function reportOf(world: CampaignWorld, run: Run, outcome: Outcome): CampaignReport {
  const { names, impossible, entries, rounds } = run;
  const { seed, startedAt, commit, minutes, trouble } = outcome;
  const { stops, coverage, points, lab } = world;
  coverage.count('held by an open transaction', stops.heldByTransactions);
  coverage.count('copy shifted and identical again', stops.shiftedAndBack);
  const violations = rounds.flatMap((round) =>
    round.violations.map((each) => `round ${round.number}: ${each}`),
  );
  if (trouble !== undefined) violations.push(trouble);
  const last = rounds.at(-1);
  return {
    passed: violations.length === 0 && rounds.length > 0,
    commit,
    seed,
    minutes: Math.round(minutes * 10) / 10,
    startedAt,
    machine: { cpus: cpus().length, node: process.version, kafka: lab.kafkaVersion },
    faultsByKind: countKinds(names, entries),
    impossible,
    crashPoints: Object.fromEntries([...points].sort(([a], [b]) => (a < b ? -1 : 1))),
    records: last?.records ?? 0,
    fillers: last?.fillers ?? 0,
    acknowledged: last?.acknowledged ?? 0,
    seenByReaders: last?.seen ?? 0,
    stopsByCause: countStops(stops.stops),
    coverage: coverage.counts,
    rounds,
    violations,
    stops: stops.stops,
    faults: entries,
    logsFolder: path.relative(repositoryFolder, lab.logsFolder),
  };
}
