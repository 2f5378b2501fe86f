// A piece of the campaign from start to report: a world, runs one after the other, and what came of each.
import { cpus } from 'node:os';
import path from 'node:path';
import { repositoryFolder } from '../../../lab/folders.ts';
import { commitOf } from '../commit-of.ts';
import { cleanedTopics } from './hole-source.ts';
import { HoleWorld } from './hole-world.ts';
import { OneRun, type Outcome, outcomes, type RunReport, targetShape } from './one-run.ts';
import { type PlannedRun, runText } from './run-list.ts';

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

/** Cleaned at once; more would wait for the cleaner for long. */
const cleanedAtOnce = 6;

const isCleanedBefore = ({ cleaned }: PlannedRun): boolean => cleaned === 'before';

/** Nothing is left running, however it ends. */
export async function runHoleFaults(options: CampaignOptions): Promise<CampaignReport> {
  const { seed, runs: planned, say, signal } = options;
  const startedAt = new Date().toISOString();
  const began = performance.now();
  await using world = await HoleWorld.start();
  say('brokers are there');
  const cleaned: string[] = [];
  const softLeft = planned.filter(isCleanedBefore).length;
  let softDone = 0;
  const runs: RunReport[] = [];
  for (const run of planned) {
    if (signal?.aborted === true) break;
    if (isCleanedBefore(run) && cleaned.length === 0) {
      const count = Math.min(cleanedAtOnce, softLeft - softDone);
      cleaned.push(...(await cleanedTopics(world.link, world.sourceServers, targetShape, count)));
      say(`${count} topics are cleaned`);
    }
    if (isCleanedBefore(run)) softDone += 1;
    const report = await new OneRun(world, run).perform(isCleanedBefore(run) ? cleaned.shift() : undefined);
    runs.push(report);
    say(lineOf(run, report));
  }
  const { lab } = world.acls;
  return {
    ...verdictOf(runs),
    commit: commitOf(),
    seed,
    startedAt,
    machine: { cpus: cpus().length, node: process.version, kafka: lab.kafkaVersion },
    minutes: Math.round((performance.now() - began) / 6_000) / 10,
    runs,
    logsFolder: path.relative(repositoryFolder, lab.logsFolder),
  };
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
