// What happens in a random world of its own accord: a write, a fault, a worker's start. Each act has a name
// and randomness that do not depend on the acts before it, so that some can be left out and the others stay
// what they are.
import type { Random } from '../../src/base/random.ts';
import { namedRandom } from './named-random.ts';
import type { Scheduler } from './scheduler.ts';

/** The process in which acts happen. */
const owner = 'chaos';

export class Acts {
  readonly #scheduler: Scheduler;
  readonly #seed: number;
  readonly #isLeftOut: (name: string) => boolean;
  /** Names of the acts that have happened, in order. */
  readonly done: string[] = [];

  constructor(scheduler: Scheduler, seed: number, isLeftOut: (name: string) => boolean = () => false) {
    this.#scheduler = scheduler;
    this.#seed = seed;
    this.#isLeftOut = isLeftOut;
  }

  /** The randomness that belongs to a name. */
  randomOf(name: string): Random {
    return namedRandom(this.#seed, name);
  }

  /** One act, once. */
  post(name: string, delayMs: number, act: (random: Random) => void): void {
    this.#scheduler.post({ delayMs, owner, label: name, fire: () => this.#happen(name, act) });
  }

  /** Acts `name #1`, `name #2` and so on, each so long after the one before; until `pauseMs` ends it. */
  repeat(
    name: string,
    pauseMs: (random: Random) => number | undefined,
    act: (random: Random, name: string, count: number) => void,
  ): void {
    const next = (count: number): void => {
      const each = `${name} #${count}`;
      const delayMs = pauseMs(this.randomOf(`pause before ${each}`));
      if (delayMs === undefined) return;
      const fire = () => {
        this.#happen(each, (random) => act(random, each, count));
        next(count + 1);
      };
      this.#scheduler.post({ delayMs, owner, label: each, fire });
    };
    next(1);
  }

  /** The later part of an act, left out with it. */
  later(label: string, delayMs: number, fire: () => void): void {
    this.#scheduler.post({ delayMs, owner, label, fire });
  }

  #happen(name: string, act: (random: Random) => void): void {
    if (this.#isLeftOut(name)) return;
    this.done.push(name);
    act(this.randomOf(name));
  }
}
