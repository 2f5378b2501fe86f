// Which kinds of faults a round has, and which one comes next. Kinds that took effect rarely come first, so
// that an hour has all of them.
import type { Random } from '../../src/base/random.ts';
import type { FaultKind } from './faults/fault-kind.ts';

const oneIn = 2;

/** Half of the kinds, by name, and whatever has not been there yet. */
export function swarmOf(
  kinds: readonly FaultKind[],
  random: Random,
  begun: ReadonlyMap<string, number>,
): readonly FaultKind[] {
  const names = [...new Set(kinds.map(({ name }) => name))];
  const chosen = new Set(names.filter((name) => random.int(oneIn) === 0 || (begun.get(name) ?? 0) === 0));
  return kinds.filter(({ name }) => chosen.has(name));
}

/** One of `kinds` by weight, of those whose things are free. */
export function chooseKind(
  kinds: readonly FaultKind[],
  held: ReadonlySet<string>,
  random: Random,
  begun: ReadonlyMap<string, number>,
): FaultKind | undefined {
  const free = kinds.filter(({ things }) => things.every((thing) => !held.has(thing)));
  // A name that stands there once for each worker does not count more for that.
  const weightOf = ({ name, weight }: FaultKind) => (weight * 12) / (1 + (begun.get(name) ?? 0)) + weight;
  const total = Math.ceil(free.reduce((sum, kind) => sum + weightOf(kind), 0));
  let left = random.int(Math.max(1, total));
  return free.find((kind) => {
    left -= weightOf(kind);
    return left < 0;
  });
}
