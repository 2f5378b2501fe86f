// Keys that come exactly twice, the second time a little later: a cleaner leaves every other record, here
// and there, all along the log.
import { numbersFrom } from './payloads.ts';

/** Keys whose second time is still to come. */
const pendingMax = 1_000;

/** Key numbers from 0 on, `count` of them in all; `seed` decides the order. */
export function* twiceKeys(count: number, seed: number): Generator<number, void, undefined> {
  const random = numbersFrom(seed);
  const pending: number[] = [];
  let next = 0;
  for (let left = count; left > 0; left -= 1) {
    const mustEnd = pending.length >= Math.min(left, pendingMax);
    if (mustEnd || (pending.length > 0 && random() < 0.5)) {
      yield taken(pending, Math.floor(random() * pending.length));
    } else {
      pending.push(next);
      yield next;
      next += 1;
    }
  }
}

/** Removes one; its place is the last one's. */
function taken(pending: number[], at: number): number {
  const last = pending.pop() as number;
  if (at === pending.length) return last;
  const found = pending[at] as number;
  pending[at] = last;
  return found;
}
