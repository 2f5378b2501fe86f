// A piece of the campaign from start to report: a world, runs one after the other, and what came of each.
import { cpus } from 'node:os';
import path from 'node:path';
import { repositoryFolder } from '../../../lab/folders.ts';
import { commitOf } from '../../fixtures/commit-of.ts';
import { cleanedTopics } from './hole-source.ts';
import { HoleWorld } from './hole-world.ts';
import { OneRun, type Outcome, outcomes, type RunReport, targetShape } from './one-run.ts';
import { isOfWorker, type PlannedRun, runText } from './run-list.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly runs: readonly PlannedRun[];
  readonly say: (text: string) => void;
  /** Ends the piece behind the run under way. */
  readonly signal?: AbortSignal;
}

export interface CampaignReport {
  readonly passed: boolean;
  readonly commit: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly machine: { readonly cpus: number; readonly node: string; readonly kafka: string };
  readonly minutes: number;
  /** Runs that came to their step. */
  readonly counted: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  readonly byFault: Readonly<Record<string, number>>;
  readonly runs: readonly RunReport[];
  /** From the repository's folder. */
  readonly logsFolder: string;
}

/** Runs whose topics are cleaned together, and which end before the next ones begin. */
const runsInBatch = 9;
/** Runs at once, where only workers break. */
const lanes = 3;

/** Nothing is left running, however it ends. */
export async function runHoleFaults(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, runs: planned, say, signal } = options;
  const startedAt = new Date().toISOString();
  // Before anything runs: workers begin all along.
  const commit = commitOf();
  const began = performance.now();
  await using world = await HoleWorld.start();
  say('brokers are there');
  const runs: RunReport[] = [];
  for (let at = 0; at < planned.length && signal?.aborted !== true; at += runsInBatch) {
    runs.push(...(await performBatch(world, planned.slice(at, at + runsInBatch), say)));
  }
  const { lab } = world.acls;
  return {
    ...verdictOf(runs),
    commit,
    seed,
    startedAt,
    machine: { cpus: cpus().length, node: process.version, kafka: lab.kafkaVersion },
    minutes: Math.round((performance.now() - began) / 6_000) / 10,
    runs,
    logsFolder: path.relative(repositoryFolder, lab.logsFolder),
  };
}

/** Several at once where only workers break; one after the other where brokers do, which all share. */
async function performBatch(
  world: HoleWorld,
  batch: readonly PlannedRun[],
  say: (text: string) => void,
): Promise<RunReport[]> {
  const count = batch.filter(({ cleaned }) => cleaned === 'before').length;
  const topics = [...(await cleanedTopics(world.link, world.sourceServers, targetShape, count))];
  const reports: RunReport[] = [];
  const performAll = async (runs: PlannedRun[]) => {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const topic = run.cleaned === 'before' ? topics.shift() : undefined;
      const report = await new OneRun(world, run).perform(topic);
      reports.push(report);
      say(lineOf(run, report));
    }
  };
  const ofWorkers = batch.filter(({ fault }) => isOfWorker(fault));
  await Promise.all(Array.from({ length: lanes }, () => performAll(ofWorkers)));
  await performAll(batch.filter(({ fault }) => !isOfWorker(fault)));
  return reports.toSorted((a, b) => a.index - b.index);
}

function verdictOf(runs: readonly RunReport[]) {
  const counted = runs.filter(({ outcome }) => outcome !== 'not reached');
  const byOutcome = Object.fromEntries(
    outcomes.map((each) => [each, runs.filter(({ outcome }) => outcome === each).length]),
  ) as Record<Outcome, number>;
  const byFault: Record<string, number> = {};
  for (const { fault } of counted) byFault[fault] = (byFault[fault] ?? 0) + 1;
  return {
    passed: byOutcome.FAILED === 0 && counted.length > 0,
    counted: counted.length,
    byOutcome,
    byFault,
  };
}

function lineOf(run: PlannedRun, report: RunReport): string {
  const head = runText(run);
  const [first] = report.verdicts;
  const shift = report.outcome === 'shifted' ? ` ${JSON.stringify(first?.segments)} +${first?.ahead}` : '';
  const violation = report.violation === undefined ? '' : `\n    ${report.violation}`;
  return `${head}: ${report.outcome}${shift} (${(report.ms / 1_000).toFixed(1)} s)${violation}`;
}
