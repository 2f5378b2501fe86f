// One random world from a seed: its shape, its writers, a minute of faults, then peace; everything must be
// level again.
import { pick, type Random, seededRandom } from '../../src/base/random.ts';
import { defaultStartPolicy, type StartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import type { MixedLimits } from '../../src/data-plane/mirror/mixed-epochs.ts';
import { defaultLimits, type WorkerLimits } from '../../src/data-plane/worker/limits.ts';
import type { ClusterSettings } from '../broker-model/model-types.ts';
import { Violation } from '../checkers/log-view.ts';
import { Faults } from './faults.ts';
import type { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';
import { oneBroker, threeBrokers, type ClusterShape, type Steering, type WorldShape } from './world-shape.ts';

/** What a run was like, for the eye: a world in which nothing happens proves nothing. */
export interface RandomRun {
  readonly steps: number;
  readonly virtualMs: number;
  readonly records: bigint;
  readonly starts: number;
  readonly refusals: number;
  readonly faults: number;
}

/** Virtual time with faults, and the most that may pass after them until everything is level. */
const faultsMs = 45_000;
const recoveryMsMax = 180_000;
/**
 * Where every hole takes a filler of its own, by way of the coordinator, and workers that never part take the
 * guard from each other.
 */
const slowRecoveryMsMax = 1_800_000;

export interface RunOptions {
  /** Receives every event as one line. */
  readonly onLog?: (lines: readonly string[]) => void;
}

/** Throws Violation with the seed in its message. */
export async function runRandomWorld(seed: number, options: RunOptions = {}): Promise<RandomRun> {
  const random = seededRandom(seed);
  const world = new World(shapeOf(seed, random));
  world.scheduler.keepLog = options.onLog !== undefined;
  try {
    return await live(world, random);
  } catch (error) {
    const where = `seed ${seed} at ${world.scheduler.nowMs} ms\n${world.describe()}`;
    throw new Violation(where, { cause: error });
  } finally {
    options.onLog?.(world.scheduler.log);
  }
}

async function live(world: World, random: Random): Promise<RandomRun> {
  const { scheduler } = world;
  await world.settle();
  if (seedOf(world) % 7 < 3) await beginLate(world);
  const writers = new Writers(world, random);
  writers.start();
  if (world.shape.becomesSoft === true) becomeSoft(world);
  for (const worker of world.workers) {
    scheduler.post({
      delayMs: random.int(2_000),
      owner: 'chaos',
      label: 'start',
      fire: () => worker.start(),
    });
  }
  steerAgainAndAgain(world);
  const faults = new Faults(world, random);
  faults.start();
  await scheduler.runUntil(scheduler.nowMs + faultsMs);
  faults.heal();
  await writers.stop();
  await world.becomesLevel(world.shape.keys === undefined ? recoveryMsMax : slowRecoveryMsMax);
  await world.becomesVerified(recoveryMsMax);
  const partitions = world.workers.flatMap((worker) => worker.partitions);
  const sum = (count: 'starts' | 'fenceRefusals') =>
    partitions.reduce((total, { counts }) => total + counts[count], 0);
  const run = {
    steps: scheduler.steps,
    virtualMs: scheduler.nowMs,
    records: world.watches.reduce((total, { history }) => total + history.end, 0n),
    starts: sum('starts'),
    refusals: sum('fenceRefusals'),
    faults: faults.count,
  };
  await world.stop();
  const { held } = world.source.memory;
  if (held > 0 && !faults.killedWorkers) throw new Violation(`${held} fetch answers were never released`);
  return run;
}

const seedOf = ({ shape }: World): number => shape.seed;

/** The source's logs have a past, of which not everything is left. Drawn apart, too. */
async function beginLate(world: World): Promise<void> {
  const random = seededRandom(seedOf(world) + 3);
  for (const { partition } of world.watches) {
    const counts = Array.from({ length: 1 + random.int(8) }, () => 1 + random.int(4));
    world.write(partition, ...counts);
    await world.trimSource(partition, random.int(counts.length + 1));
  }
}

/** The topic is compacted from some time on, of which each worker learns later. Drawn apart, too. */
function becomeSoft(world: World): void {
  const random = seededRandom(seedOf(world) + 4);
  const { scheduler, workers } = world;
  const fire = () => {
    world.soften();
    for (const worker of workers) {
      const delayMs = random.int(pick(random, [100, 3_000, 10_000]));
      scheduler.post({
        delayMs,
        owner: 'chaos',
        label: `tell ${worker.name}`,
        fire: () => tell(world, worker),
      });
    }
  };
  scheduler.post({ delayMs: random.int(30_000), owner: 'chaos', label: 'compact the topic', fire });
}

/** As soon as it runs. */
function tell(world: World, worker: WorkerProcess): void {
  if (!worker.frozen) return worker.tell();
  const fire = () => tell(world, worker);
  world.scheduler.post({ delayMs: 500, owner: 'chaos', label: `tell ${worker.name}`, fire });
}

function shapeOf(seed: number, random: Random): WorldShape {
  const isCompacted = seed % 5 > 2;
  return {
    seed,
    partitions: 1 + random.int(3),
    workers: 1 + random.int(3),
    source: clusterOf(random),
    target: clusterOf(random),
    limits: limitsOf(random, seed),
    // Drawn apart, so that a seed’s world is otherwise what it would be without.
    ...(seed % 2 === 0 ? { steering: steeringOf(seed) } : {}),
    ledgerDelayMs: 1 + random.int(50),
    verifies: seed % 4 === 1 && !isCompacted,
    ...(seed % 3 !== 0 && { transactions: 1 + (seed % 4), coordinated: seed % 3 === 2 }),
    startPolicy: startPolicyOf(seed),
    ...(isCompacted && { keys: 2 + (seed % 7), becomesSoft: seed % 5 === 4 && seed % 3 !== 2 }),
    fillsGaps: fillsGaps(seed),
  };
}

/** In a third of the worlds all is mixed as soon as it may be, and in another third as it comes. */
const mixedOf = (seed: number): MixedLimits =>
  [defaultLimits.partition.mixed, { from: 0, below: 0 }, { from: 6, below: 2 }][
    (seed >> 3) % 3
  ] as MixedLimits;

const startPolicyOf = (seed: number): StartPolicy => ({
  ...defaultStartPolicy,
  from: seed % 5 === 0 || seed % 11 === 1 ? 'latest' : 'earliest',
  offsets: seed % 11 === 0 ? 'shifted' : 'identical',
  prefixMax: fillsGaps(seed) ? 1_000 : 12,
  onGap: fillsGaps(seed) ? 'fill' : 'stop',
});

/**
 * Of compacted worlds, which alone are soft. A replica that begins anew behind the begin of an open
 * transaction knows nothing of it: no transactions there.
 */
const fillsGaps = (seed: number): boolean => seed % 5 > 2 && seed % 4 < 2 && seed % 3 === 0;

/** Partitions come into classes at random, and every few seconds into others; the limit comes and goes. */
function steeringOf(seed: number): () => Steering {
  const limits = [undefined, 20_000, 100_000, undefined, 1_000_000];
  let engines = 0;
  return () => {
    engines += 1;
    const random = seededRandom(seed + engines);
    let limit: number | undefined;
    return {
      limitBytesPerSecond: () => {
        if (random.int(50) === 0) limit = pick(random, limits);
        return limit;
      },
      priorityOf: () => 1 + random.int(3),
    };
  };
}

function steerAgainAndAgain(world: World): void {
  world.scheduler.post({
    delayMs: 3_000,
    owner: 'chaos',
    label: 'steer again',
    fire: () => {
      for (const worker of world.workers) if (!worker.frozen) worker.engine?.steerAgain();
      steerAgainAndAgain(world);
    },
  });
}

function clusterOf(random: Random): ClusterShape {
  const settings: Partial<ClusterSettings> = {
    clientDelayMs: pick(random, [0.5, 2, 40]),
    jitterMs: pick(random, [0, 1, 5, 30]),
    requestDeadlineMs: 10_000,
    produceById: random.int(4) > 0,
  };
  return { ...(random.int(3) === 0 ? oneBroker : threeBrokers), settings };
}

function limitsOf(random: Random, seed: number): Partial<WorkerLimits> {
  const partition = {
    ...defaultLimits.partition,
    queueBytesMax: pick(random, [300, 2_000, 1_000_000]),
    inFlightMax: 1 + random.int(20),
    mixed: mixedOf(seed),
  };
  const fetch = { answerBytesMax: pick(random, [200, 1_000, 1_000_000]), partitionBytesMax: 1_000 };
  return {
    partition,
    fetchNear: fetch,
    fetchFar: fetch,
    produceWaitMs: pick(random, [1_000, 5_000]),
    fetchLanes: 1 + random.int(2),
    longRoundTripMs: pick(random, [0, 20]),
    prefixBatchOffsets: 3,
    earlyFetches: random.int(4),
    earlyPartitionBytesMax: pick(random, [200, 1_000_000]),
    earlyFetchBytesPerSecond: pick(random, [1_000, 1_000_000]),
    produceRequestBytesMax: pick(random, [200, 1_000_000]),
    // Sizes of this small world, so that classes come about and turns are waited for.
    steering: {
      ...defaultLimits.steering,
      capacityBytesMin: 5_000,
      bucketBytesMin: 500,
      turnBytesMin: 100,
      answerBytesMin: 200,
      behindMs: 50,
    },
  };
}

/** Batches come to every partition of the source, now often, now seldom. */
class Writers {
  readonly #world: World;
  readonly #random: Random;
  #stopped = false;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  start(): void {
    for (const { partition } of this.#world.watches) this.#next(partition);
  }
  /** Transactions that are still open are ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const { scheduler, watches } = this.#world;
    const left = new Set(watches.map(({ partition }) => partition));
    while (left.size > 0) {
      for (const partition of left)
        if (this.#world.writeTransactions(partition, true)) left.delete(partition);
      await scheduler.runUntil(scheduler.nowMs + 100);
    }
  }

  #next(partition: number): void {
    const delayMs = this.#random.int(pick(this.#random, [20, 200, 2_000]));
    this.#world.scheduler.post({
      delayMs,
      owner: 'chaos',
      label: `write to ${partition}`,
      fire: () => {
        if (this.#stopped) return;
        const counts = Array.from({ length: 1 + this.#random.int(3) }, () => 1 + this.#random.int(4));
        if (this.#random.int(2) === 0) this.#world.writeTransactions(partition);
        else this.#world.write(partition, ...counts);
        this.#next(partition);
      },
    });
  }
}
