// Once everything that is needed works, no copy may stand still before it is level, however far it has to go.
import { Violation } from '../checkers/log-view.ts';
import type { PartitionWatch } from './partition-watch.ts';
import type { Route } from './route.ts';

interface Seen {
  readonly reached: bigint;
  readonly sinceMs: number;
}

export class Standstill {
  readonly #withinMs: number;
  readonly #seen = new Map<PartitionWatch, Seen>();

  /** `withinMs`: from one source offset that is reached to a higher one, or to being level. */
  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** Call again and again. Throws Violation. */
  look(nowMs: number, routes: readonly Route[]): void {
    for (const route of routes) {
      for (const watch of route.watches) {
        const reached = route.reached(watch.partition) ?? -1n;
        const seen = this.#seen.get(watch);
        if (seen === undefined || reached > seen.reached || route.isLevelAt(watch)) {
          this.#seen.set(watch, { reached, sinceMs: nowMs });
        } else if (nowMs - seen.sinceMs > this.#withinMs) {
          const place = `${watch.name} to ${route.target.name}`;
          throw new Violation(`${place}: stands still at ${seen.reached} since ${seen.sinceMs} ms`);
        }
      }
    }
  }
}
