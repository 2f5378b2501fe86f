// What many random worlds come to.
import { systemClock } from '../../src/base/clock.ts';
import { commitOf } from '../fixtures/commit-of.ts';
import type { RandomRun } from './random-world.ts';

/** A world that broke a promise. */
export interface Failure {
  readonly seed: number;
  readonly complaint: string;
}

export class SimulationTotals {
  worlds = 0;
  operations = 0;
  steps = 0;
  records = 0n;
  starts = 0;
  refusals = 0;
  progress = 0;
  virtualMs = 0;
  cores = 0;
  /** The fewest of any world. */
  operationsLeast = Number.POSITIVE_INFINITY;
  faultsLeast = Number.POSITIVE_INFINITY;
  readonly faults = new Map<string, number>();
  readonly #beganMs = systemClock.monotonicMs();

  add(run: RandomRun): void {
    this.worlds += 1;
    this.operations += run.operations;
    this.steps += run.steps;
    this.records += run.records;
    this.starts += run.starts;
    this.refusals += run.refusals;
    this.progress += run.progress;
    this.virtualMs += run.virtualMs;
    if (run.end === 'a core heals') this.cores += 1;
    let faults = 0;
    for (const [name, count] of run.faults) {
      faults += count;
      this.faults.set(name, (this.faults.get(name) ?? 0) + count);
    }
    this.operationsLeast = Math.min(this.operationsLeast, run.operations);
    this.faultsLeast = Math.min(this.faultsLeast, faults);
  }

  get faultsTotal(): number {
    return [...this.faults.values()].reduce((sum, each) => sum + each, 0);
  }
  get operationsPerSecond(): number {
    return Math.round((1_000 * this.operations) / (systemClock.monotonicMs() - this.#beganMs));
  }

  /** As JSON, with the commit that was run. */
  report(from: number, failures: readonly Failure[]): object {
    const { worlds, cores, operations, operationsLeast, operationsPerSecond, steps, virtualMs } = this;
    const { starts, refusals, progress, faultsLeast, faultsTotal } = this;
    return {
      commit: commitOf(),
      at: new Date(systemClock.wallMs()).toISOString(),
      seeds: { from, to: from + worlds + failures.length - 1 },
      failures,
      worlds: { run: worlds, healedAsACore: cores, virtualHours: virtualMs / 3_600_000 },
      operations: { total: operations, fewestOfAWorld: operationsLeast, perSecond: operationsPerSecond },
      faults: { total: faultsTotal, fewestOfAWorld: faultsLeast, byKind: Object.fromEntries(this.faults) },
      events: steps,
      records: Number(this.records),
      starts,
      refusals,
      goalsReachedUnderFaults: progress,
    };
  }

  get text(): string {
    const hours = (this.virtualMs / 3_600_000).toFixed(1);
    return (
      `${this.worlds} worlds (${this.cores} healed as a core), ${hours} virtual hours, ` +
      `${this.operations} operations (${this.operationsPerSecond}/s), ${this.faultsTotal} faults, ` +
      `${this.steps} events, ${this.records} records, ${this.starts} starts, ` +
      `${this.refusals} refusals of the fence, ${this.progress} goals reached under faults`
    );
  }
}
