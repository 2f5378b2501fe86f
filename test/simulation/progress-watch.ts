// Copies for which nothing is broken have to come closer to their sources while other things are broken.
import { ProgressChecker } from '../checkers/progress-checker.ts';
import type { Faults } from './faults.ts';
import type { PartitionWatch } from './partition-watch.ts';
import type { Regions } from './regions.ts';
import type { Route } from './route.ts';

/** From the last touch of anything that the copy needs until it has come as far as its source was then. */
const withinMs = 20_000;
/** Holes one by one take a round trip each, and rivals take turns at them. */
const whileMoving = { withinMs: 90_000, stillMsMax: 5_000 };

/** What was under way when it was broken has landed by then. */
const calmAfterMs = 30_000;

export class ProgressWatch {
  readonly #regions: Regions;
  readonly #faults: Faults;
  readonly #checkers = new Map<PartitionWatch, ProgressChecker>();

  constructor(regions: Regions, faults: Faults) {
    this.#regions = regions;
    this.#faults = faults;
    for (const route of regions.routes) {
      // Rivals fill the same holes.
      if (route.workers.length === 1) route.isCalm = () => this.#isCalm(route);
      // Rivals that need a guard to fill take it from each other again and again.
      const needsGuard = route.home.isCompacted || !route.target.permitsMarkers;
      if (route.workers.length > 1 && needsGuard) continue;
      for (const watch of route.watches) {
        const name = `${watch.name} to ${route.target.name}`;
        this.#checkers.set(watch, new ProgressChecker(name, { withinMs, whileMoving }));
      }
    }
  }

  /** Goals that were reached. */
  get reached(): number {
    return [...this.#checkers.values()].reduce((sum, { reached }) => sum + reached, 0);
  }

  /** Throws Violation. */
  look(): void {
    const { nowMs } = this.#regions.scheduler;
    for (const route of this.#regions.routes) {
      for (const watch of route.watches) {
        const checker = this.#checkers.get(watch);
        if (checker === undefined) continue;
        const wholeSinceMs = this.#wholeSince(route);
        checker.look({
          nowMs,
          wholeSinceMs,
          goal: watch.history.stableEnd,
          reached: route.reached(watch.partition),
        });
      }
    }
  }

  #isCalm(route: Route): boolean {
    const sinceMs = this.#wholeSince(route);
    return sinceMs !== undefined && this.#regions.scheduler.nowMs - sinceMs > calmAfterMs;
  }

  #wholeSince({ home, target, workers }: Route): number | undefined {
    const names = [home.cluster.name, target.name, ...workers.map(({ name }) => name)];
    const times = names.map((name) => this.#faults.wholeSince(name));
    return times.includes(undefined) ? undefined : Math.max(...(times as number[]));
  }
}
