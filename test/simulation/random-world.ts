// One random world from a seed: its regions, its writers, faults for as long as it takes, then peace, for all
// or for a core; everything must be level again.
import type { Random } from '../../src/base/random.ts';
import { Violation } from '../checkers/log-view.ts';
import { Acts } from './acts.ts';
import { healAll, healCore } from './core.ts';
import { Faults, swarmOf } from './faults.ts';
import { drawRegions } from './random-shape.ts';
import { steerAgainAndAgain } from './random-steering.ts';
import type { Regions } from './regions.ts';
import { ProgressWatch } from './progress-watch.ts';
import type { WorkerProcess } from './worker-process.ts';
import { Writers } from './writers.ts';

/** What a run was like: a world in which nothing happens proves nothing. */
export interface RandomRun {
  readonly steps: number;
  readonly virtualMs: number;
  /** What applications wrote, and what brokers answered to workers. */
  readonly operations: number;
  readonly records: bigint;
  readonly starts: number;
  /** How often the fence shut somebody out. */
  readonly refusals: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly regions: number;
  readonly end: 'all heals' | 'a core heals';
  /** Goals that copies reached while something else was broken. */
  readonly progress: number;
  /** Of all logs at the end. */
  readonly digest: string;
}

export type Phase = 'faults last' | 'becomes level' | 'is compared' | 'ends';

/** What may be left out of a world that has failed, to see whether it still does. */
export interface Reduction {
  readonly leftOut: ReadonlySet<string>;
  /** Virtual time of the last fault, as it was when the world was whole. */
  readonly faultsUntilMs: number;
}

export interface RunOptions {
  readonly reduction?: Reduction;
  /** Receives every event as one line, also of a run that fails. */
  readonly onLog?: (lines: readonly string[]) => void;
}

/** A world broke a promise. */
export class BrokenWorld extends Violation {
  readonly seed: number;
  /** The acts that had happened. */
  readonly acts: readonly string[];
  readonly faultsUntilMs: number;
  readonly phase: Phase;

  constructor(
    message: string,
    about: Pick<BrokenWorld, 'seed' | 'acts' | 'faultsUntilMs' | 'phase'>,
    cause: unknown,
  ) {
    super(message, { cause });
    this.seed = about.seed;
    this.acts = about.acts;
    this.faultsUntilMs = about.faultsUntilMs;
    this.phase = about.phase;
  }
}

const operationsMin = 2_000;
const faultsMin = 3;
const faultsMsMin = 45_000;
/** A world whose region is down most of the time has had its chance. */
const faultsMsMax = 1_800_000;
/** The most virtual time that may pass until everything is level: holes are filled one by one, by rivals. */
const recoveryMsMax = 10_800_000;
/**
 * The most for which a copy may stand still meanwhile: a filler that is under way to a broker which is gone
 * is given up after 40 s, metadata after 5, the coordinator after 10. And where cleaners or coordinators are
 * in its way.
 */
const standsMsMax = 90_000;
const standsSlowMsMax = 120_000;
const verifiedMsMax = 180_000;

/** Throws BrokenWorld. */
export async function runRandomWorld(seed: number, options: RunOptions = {}): Promise<RandomRun> {
  const world = new RandomWorld(seed, options.reduction);
  const { scheduler } = world.regions;
  scheduler.keepLog = options.onLog !== undefined;
  try {
    return await world.live();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const message = `seed ${seed} at ${scheduler.nowMs} ms: ${text}\n${world.regions.describe()}`;
    const { phase, faultsUntilMs = scheduler.nowMs } = world;
    throw new BrokenWorld(message, { seed, acts: world.acts.done, faultsUntilMs, phase }, error);
  } finally {
    options.onLog?.(scheduler.log);
  }
}

class RandomWorld {
  readonly acts: Acts;
  readonly regions: Regions;
  phase: Phase = 'faults last';
  faultsUntilMs: number | undefined;
  readonly #reduction: Reduction | undefined;
  readonly #faults: Faults;
  readonly #writers: Writers;

  constructor(seed: number, reduction: Reduction | undefined) {
    this.#reduction = reduction;
    this.regions = drawRegions(seed);
    this.acts = new Acts(this.regions.scheduler, seed, (name) => reduction?.leftOut.has(name) ?? false);
    this.#faults = new Faults(this.regions, this.acts, swarmOf(this.acts.randomOf('swarm')));
    this.#writers = new Writers(this.regions, this.acts);
  }

  async live(): Promise<RandomRun> {
    const { regions, acts } = this;
    await regions.settle();
    await this.#writers.beginLate();
    this.#writers.start();
    becomeSoft(regions, acts);
    startWorkers(regions, acts);
    steerAgainAndAgain(regions, acts);
    const progress = new ProgressWatch(regions, this.#faults);
    this.#faults.start();
    await this.#untilEnough(progress);
    this.#faults.end();
    this.phase = 'becomes level';
    const end = this.#heal();
    await this.#writers.stop();
    const isSlow = regions.routes.some(
      ({ home, target }) =>
        home.isCompacted || ((home.shape.transactions ?? 0) > 0 && !target.permitsMarkers),
    );
    await regions.becomesLevel(recoveryMsMax, isSlow ? standsSlowMsMax : standsMsMax);
    this.phase = 'is compared';
    await regions.becomesVerified(verifiedMsMax);
    const run = { ...this.#sum(), end, progress: progress.reached, digest: regions.digest };
    this.phase = 'ends';
    await regions.stop();
    this.#checkMemory();
    return run;
  }

  /** Faults go on until there were enough of them, and of everything else. */
  async #untilEnough(progress: ProgressWatch): Promise<void> {
    const { regions } = this;
    const { scheduler } = regions;
    const isEnough = () => {
      if (this.#reduction !== undefined) return scheduler.nowMs >= this.#reduction.faultsUntilMs;
      if (scheduler.nowMs >= faultsMsMax) return true;
      const enough = regions.operations >= operationsMin && this.#faults.count >= faultsMin;
      return enough && scheduler.nowMs >= faultsMsMin;
    };
    while (!isEnough()) {
      await scheduler.runUntil(scheduler.nowMs + 1_000);
      progress.look();
    }
    this.faultsUntilMs = scheduler.nowMs;
  }

  #heal(): RandomRun['end'] {
    const random: Random = this.acts.randomOf('end');
    if (random.int(3) > 0) {
      healAll(this.regions);
      return 'all heals';
    }
    healCore(this.regions, random);
    return 'a core heals';
  }

  #sum(): Omit<RandomRun, 'end' | 'progress' | 'digest'> {
    const { scheduler, workers, topics, clusters, operations } = this.regions;
    const partitions = workers.flatMap((worker) => worker.partitions);
    const sum = (count: 'starts' | 'fenceRefusals') =>
      partitions.reduce((total, { counts }) => total + counts[count], 0);
    const histories = topics.flatMap((topic) => topic.histories);
    return {
      steps: scheduler.steps,
      virtualMs: scheduler.nowMs,
      operations,
      records: histories.reduce((total, { end }) => total + end, 0n),
      starts: sum('starts'),
      refusals: sum('fenceRefusals'),
      faults: this.#faults.counts,
      regions: clusters.length,
    };
  }

  /** A process that was killed holds what it held. */
  #checkMemory(): void {
    const { clusters, routes } = this.regions;
    for (const cluster of clusters) {
      const workers = routes.flatMap(({ home, target, workers: each }) =>
        home.cluster === cluster || target === cluster ? each : [],
      );
      const { memory, name } = cluster;
      if (memory.held === 0 || workers.some(({ wasKilled, givenUp }) => wasKilled || givenUp)) continue;
      throw new Violation(`${name}: ${memory.held} fetch answers were never released`);
    }
  }
}

function startWorkers({ workers }: Regions, acts: Acts): void {
  for (const worker of workers) {
    const name = `start ${worker.name}`;
    acts.post(name, acts.randomOf(`when to ${name}`).int(2_000), () => worker.start());
  }
}

/** Some topics are compacted from some time on, of which each worker learns later. */
function becomeSoft(regions: Regions, acts: Acts): void {
  for (const topic of regions.topics) {
    if (topic.shape.becomesSoft !== true) continue;
    const name = `compact ${topic.name}`;
    acts.post(name, acts.randomOf(`when to ${name}`).int(30_000), (random) => {
      regions.soften(topic);
      for (const { home, workers } of regions.routes) {
        if (home !== topic) continue;
        for (const worker of workers) {
          const delayMs = random.int([100, 3_000, 10_000][random.int(3)] as number);
          acts.later(`tell ${worker.name}`, delayMs, () => tell(acts, worker));
        }
      }
    });
  }
}

/** As soon as it runs. */
function tell(acts: Acts, worker: WorkerProcess): void {
  if (!worker.frozen) return worker.tell();
  if (!worker.givenUp) acts.later(`tell ${worker.name}`, 500, () => tell(acts, worker));
}
