// The coordinator's way, with ordinary rights: each filler is the end of a transaction without data. What
// the coordinator answers proves nothing (traps 2 and 3): a filler counts once the transaction is complete
// and the log end has moved, and more than one may land.
import type { Clock } from '../../base/clock.ts';
import type { Guard } from '../mirror/fill.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import type { TargetOffset } from '../mirror/offsets.ts';
import { type PartitionEnd, placeOf, readOffset } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';
import type { Guards } from './guards.ts';

export interface CoordinatedFillsParts {
  readonly guards: Guards;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly mayWrite: () => boolean;
}

/** A filler that has not landed by then may never land: the log is looked at anew. */
const landedMsMax = 15_000;
const delayMsMin = 2;
const delayMsMax = 200;

export class CoordinatedFills {
  readonly #parts: CoordinatedFillsParts;

  constructor(parts: CoordinatedFillsParts) {
    this.#parts = parts;
  }

  /** Has one filler written at `at`, the log's end. Throws Obstacle. */
  async append(spec: MirrorSpec, target: PartitionEnd, guard: Guard, at: TargetOffset): Promise<void> {
    const { guards, mayWrite } = this.#parts;
    if (!mayWrite()) throw new Obstacle(causeOf('CW-2025', 'the process stood still'));
    await guards.endTransaction(spec, guard);
    await this.#until(target, () => guards.isComplete(spec), 'the coordinator has not ended a transaction');
    const hasMoved = async () => (await readOffset(target, 'end')) > at;
    await this.#until(target, hasMoved, `no filler has landed at ${at}`);
  }

  async #until(target: PartitionEnd, isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
    const { clock, signal } = this.#parts;
    const began = clock.monotonicMs();
    for (let delayMs = delayMsMin; !(await isSo()); delayMs = Math.min(delayMsMax, delayMs * 2)) {
      if (clock.monotonicMs() - began > landedMsMax) {
        throw new Obstacle(
          causeOf('CW-2022', `${placeOf(target)}: ${otherwise} within ${landedMsMax / 1000} s`),
        );
      }
      await clock.sleep(delayMs, signal);
    }
  }
}
