// Priorities and a limit that change at random.
import { pick } from '../../src/base/random.ts';
import type { Acts } from './acts.ts';
import { namedRandom } from './named-random.ts';
import type { Regions } from './regions.ts';
import type { Steering } from './world-shape.ts';

const limits = [undefined, 20_000, 100_000, undefined, 1_000_000];
const pauseMs = 3_000;

/** Partitions come into classes at random, and every few seconds into others; the limit comes and goes. */
export function randomSteering(seed: number): (engine: string) => Steering {
  return (engine) => {
    const random = namedRandom(seed, engine);
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

export function steerAgainAndAgain({ workers }: Regions, acts: Acts): void {
  acts.repeat(
    'steer again',
    () => pauseMs,
    () => {
      for (const worker of workers) if (!worker.frozen) worker.engine?.steerAgain();
    },
  );
}
