// Progress while faults last: where nothing is broken that the copies need, they come as far as their sources
// were, within the time that a partition may be without a worker.
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '../../src/base/errors.ts';
import { groupLimits } from '../../src/data-plane/worker/worker-group.ts';
import { Violation } from '../checkers/log-view.ts';
import { ProgressChecker } from '../checkers/progress-checker.ts';
import { partitionsOf } from './both-logs.ts';
import type { CampaignWorld } from './campaign-world.ts';
import { allOffsets } from './log-offsets.ts';
import { regions, steadyTopics } from './topic-roles.ts';

/** A session, the delay of a retry, and what it takes to catch up. */
const withinMs = groupLimits.sessionTimeoutMs + 25_000;
const everyMs = 1_000;

const isNeeded = (thing: string): boolean =>
  thing === 'link' ||
  thing === 'transactions' ||
  thing.startsWith('worker') ||
  thing.startsWith('quota') ||
  (regions as readonly string[]).includes(thing);

/** A cluster that does not answer us yet is asked again. */
function notNow(error: unknown): void {
  if (!(error instanceof CausewayError)) throw error;
}

export class ProgressWatch {
  readonly #world: CampaignWorld;
  readonly #held: ReadonlySet<string>;
  readonly #checkers = new Map<string, ProgressChecker>();
  readonly #violations: string[] = [];
  readonly #ended: Promise<void>;
  #isOver = false;
  #wholeSinceMs: number | undefined;

  /** `held`: what faults have hold of, as it changes. */
  constructor(world: CampaignWorld, held: ReadonlySet<string>) {
    this.#world = world;
    this.#held = held;
    this.#ended = this.#watch();
  }

  async stop(): Promise<readonly string[]> {
    this.#isOver = true;
    await this.#ended;
    return this.#violations;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const isWhole = ![...this.#held].some(isNeeded);
      if (!isWhole) this.#wholeSinceMs = undefined;
      else this.#wholeSinceMs ??= performance.now();
      if (isWhole) await this.#look(this.#wholeSinceMs).catch(notNow);
      await sleep(everyMs);
    }
  }

  async #look(wholeSinceMs: number | undefined): Promise<void> {
    const partitions = await partitionsOf(this.#world, Object.keys(steadyTopics));
    const [source, target] = await Promise.all([
      allOffsets(this.#world.source, partitions),
      allOffsets(this.#world.target, partitions),
    ]);
    for (const [index, { topic, partition }] of partitions.entries()) {
      const name = `${topic}-${partition}`;
      const checker = this.#checkers.get(name) ?? new ProgressChecker(name, { withinMs });
      this.#checkers.set(name, checker);
      const goal = source[index]?.stable;
      if (goal === undefined) continue;
      try {
        checker.look({ nowMs: performance.now(), wholeSinceMs, goal, reached: target[index]?.end });
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        this.#violations.push(`progress: ${error.message}`);
      }
    }
  }
}
