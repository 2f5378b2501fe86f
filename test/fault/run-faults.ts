// Workers that break at random, from start to report: a world under load, faults from one seed, then the
// final checks.
import { cpus } from 'node:os';
import { groupLimits } from '../../src/data-plane/worker/worker-group.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { LoadOptions } from '../fixtures/steady-load.ts';
import type { TransactionLoadOptions } from '../fixtures/transaction-load.ts';
import { commitOf } from '../fixtures/commit-of.ts';
import { breakThings, type FaultEntry } from './break-things.ts';
import { workerFaults } from './fault-kinds.ts';
import { FaultWorld } from './fault-world.ts';
import type { Gap } from './owner-watch.ts';
import { checkFinally, type FinalChecks, passed } from './final-checks.ts';

export interface RunOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly sourceBrokers: number;
  readonly workers: number;
  readonly atOnceMax: number;
  readonly faultMsMax: number;
  readonly pauseMsMax: number;
  readonly load: LoadOptions;
  readonly transactions: TransactionLoadOptions;
  readonly brokerSettings?: Readonly<Record<string, string>>;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface FaultReport {
  readonly passed: boolean;
  readonly commit: string;
  readonly seed: number;
  readonly minutes: number;
  readonly startedAt: string;
  readonly machine: { readonly cpus: number; readonly node: string; readonly kafka: string };
  readonly sourceBrokers: number;
  readonly targetBrokers: 3;
  readonly workers: number;
  readonly partitions: number;
  readonly load: { readonly records: number; readonly bytes: number };
  readonly transactions: { readonly committed: number; readonly aborted: number; readonly failed: number };
  /** How long a partition was without a living worker that had it, and without one that mirrored it. */
  readonly longestGaps: { readonly owned: Gap; readonly mirroring: Gap };
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly checks: FinalChecks;
  readonly faults: readonly FaultEntry[];
  readonly logsFolder: string;
}

/** A partition’s worker may be gone for as long as its session lasts, and 10 s more. */
export const gapMsMax = groupLimits.sessionTimeoutMs + 10_000;

const topics = 2;
const partitions = 4;

/** Nothing is left running, however it ends. */
export async function runFaults(options: RunOptions): Promise<FaultReport> {
  const startedAt = new Date().toISOString();
  const { seed, say, sourceBrokers, workers } = options;
  // Each part its own sequence, so that one does not depend on the timing of another.
  const worldOptions = { ...options, random: seededRandom(seed), topics, partitions, onProgress: say };
  await using world = await FaultWorld.start(worldOptions);
  await world.owners.rest();
  say(`mirroring; faults for ${Math.round(options.durationMs / 1_000)} s, seed ${seed}`);
  const faults = await breakThings(world, {
    ...options,
    kinds: workerFaults(workers),
    random: seededRandom(seed + 1),
    onFault: say,
  });
  const { owned, mirroring } = world.owners;
  const longestGaps = { owned: owned.longest(), mirroring: mirroring.longest() };
  say('all mended; checking');
  const checks = await checkFinally(world);
  const { records, bytes } = world.load;
  const { committed, aborted, failed } = world.transactions;
  return {
    passed: passed(checks) && longestGaps.owned.ms <= gapMsMax,
    commit: commitOf(),
    seed,
    minutes: options.durationMs / 60_000,
    startedAt,
    machine: { cpus: cpus().length, node: process.version, kafka: world.lab.kafkaVersion },
    sourceBrokers,
    targetBrokers: 3,
    workers,
    partitions: world.partitions.length,
    load: { records, bytes },
    transactions: { committed, aborted, failed },
    longestGaps,
    faultsByKind: countByKind(faults),
    checks,
    faults,
    logsFolder: world.lab.logsFolder,
  };
}

function countByKind(faults: readonly FaultEntry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
