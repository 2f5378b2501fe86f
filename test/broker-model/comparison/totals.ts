// What a comparison has come to: how much of what was compared.
import type { ActKind } from './acts.ts';
import type { StepKind } from './steps.ts';

export class Totals {
  sequences = 0;
  requests = 0;
  readonly requestsByKind = new Map<StepKind, number>();
  readonly errors = new Map<string, number>();
  readonly acts = new Map<ActKind, number>();

  request(kind: StepKind, errors: Iterable<string>): void {
    this.requests += 1;
    count(this.requestsByKind, kind);
    for (const each of errors) count(this.errors, each);
  }
  act(kind: ActKind): void {
    count(this.acts, kind);
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Most frequent first. */
export const countsText = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, each]) => `${key} ${each}`)
    .join(', ');
