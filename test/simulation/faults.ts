// Faults of a random world: they come one after the other, each is mended after a while, and at the end all
// of them, or those of a core alone.
import { pick, type Random } from '../../src/base/random.ts';
import type { Acts } from './acts.ts';
import type { FaultKind, Hit } from './fault.ts';
import { faultKinds } from './fault-kinds.ts';
import { quietFaults } from './log-faults.ts';
import type { Regions } from './regions.ts';

/** How faults of a world are, as a whole (swarm testing, Groce et al. 2012). */
export interface FaultSwarm {
  /** Each as often as its weight. */
  readonly kinds: readonly FaultKind[];
  readonly pauseMsMax: number;
  /** How long it is calm now and then, so that everything is whole for a while; 0: never. */
  readonly calmMs: number;
  readonly lastsMsMax: readonly number[];
}

/** Longer than faults last, and than copies then take until they are level again. */
const calmMs = 120_000;
const faultsPerCalm = 15;
const quietPauseMsMax = 10_000;

/** About half of all kinds, which come now often, now seldom, and last now shorter, now longer. */
export function swarmOf(random: Random): FaultSwarm {
  const chosen = faultKinds.filter(() => random.int(2) === 0);
  const kinds = chosen.length > 0 ? chosen : faultKinds;
  return {
    kinds: kinds.flatMap((kind) => Array.from({ length: kind.weight ?? 1 }, () => kind)),
    pauseMsMax: pick(random, [300, 1_500, 6_000, 30_000]),
    calmMs: pick(random, [0, calmMs]),
    lastsMsMax: pick(random, [
      [100, 3_000, 20_000],
      [100, 1_000],
      [20_000, 45_000],
    ]),
  };
}

interface Touched {
  open: number;
  lastMs: number;
}

export class Faults {
  /** How often each kind has happened. */
  readonly counts = new Map<string, number>();
  readonly #regions: Regions;
  readonly #acts: Acts;
  readonly #swarm: FaultSwarm;
  readonly #touched = new Map<string, Touched>();
  #over = false;

  constructor(regions: Regions, acts: Acts, swarm: FaultSwarm) {
    this.#regions = regions;
    this.#acts = acts;
    this.#swarm = swarm;
  }

  get count(): number {
    return [...this.counts.values()].reduce((sum, each) => sum + each, 0);
  }

  start(): void {
    const { pauseMsMax, calmMs: calm } = this.#swarm;
    const pauseMs = (random: Random) => {
      if (this.#over) return undefined;
      return random.int(faultsPerCalm) === 0 ? Math.max(calm, 1) : random.int(pauseMsMax);
    };
    this.#acts.repeat('fault', pauseMs, (random) => this.#begin(this.#swarm.kinds, random));
    const quietPauseMs = (random: Random) => (this.#over ? undefined : random.int(quietPauseMsMax));
    this.#acts.repeat('quiet fault', quietPauseMs, (random) => this.#begin(quietFaults, random));
  }

  /** No fault begins any more, and none is mended by itself. */
  end(): void {
    this.#over = true;
  }

  /** Since when a thing has been whole; undefined while it is broken. */
  wholeSince(thing: string): number | undefined {
    const { open, lastMs } = this.#touched.get(thing) ?? { open: 0, lastMs: 0 };
    return open > 0 ? undefined : lastMs;
  }

  #begin(kinds: readonly FaultKind[], random: Random): void {
    if (this.#over) return;
    const kind = pick(random, kinds);
    if (!kind.begin(this.#hit(random))) return;
    this.#regions.scheduler.note(kind.name);
    this.counts.set(kind.name, (this.counts.get(kind.name) ?? 0) + 1);
  }

  #hit(random: Random): Hit {
    const { clusters, routes, workers, scheduler } = this.#regions;
    const things: string[] = [];
    const note = (change: number) => {
      for (const thing of things) {
        const open = this.#touched.get(thing)?.open ?? 0;
        this.#touched.set(thing, { open: open + change, lastMs: scheduler.nowMs });
      }
    };
    return {
      regions: this.#regions,
      random,
      touch: (thing) => {
        scheduler.note(`fault of ${thing}`);
        things.push(thing);
        const open = this.#touched.get(thing)?.open ?? 0;
        this.#touched.set(thing, { open, lastMs: scheduler.nowMs });
      },
      wholeForMs: (those) => {
        const times = those.map((thing) => this.wholeSince(thing));
        return times.includes(undefined) ? 0 : scheduler.nowMs - Math.max(...(times as number[]));
      },
      mend: (label, fire) => {
        note(1);
        const delayMs = random.int(pick(random, this.#swarm.lastsMsMax));
        this.#acts.later(label, delayMs, () => {
          if (this.#over) return;
          note(-1);
          fire();
        });
      },
      anyCluster: () => pick(random, clusters),
      anyRoute: () => pick(random, routes),
      anyWorker: () => pick(random, workers),
    };
  }
}
