// A small world whose source has holes, for the traps of holes.
import { guardIdOf } from '../../src/ledger/transactional-id.ts';
import { World } from './world.ts';
import { oneBroker, set, topic, type WorldShape } from './world-shape.ts';

export const minute = 60_000;
/** The transactional id under which the copy's holes are filled. */
export const guard = guardIdOf(set, 'target', topic, 0);

/** Some records, then holes, with room for more behind. */
export async function worldWithHoles(shape: Partial<WorldShape> = {}): Promise<World> {
  const small = { seed: 3, partitions: 1, workers: 2, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, transactions: 1, ...shape });
  await world.settle();
  world.write(0, 2);
  writeHoles(world);
  return world;
}

export function writeHoles(world: World): void {
  for (let count = 0; count < 3; count += 1) {
    world.writeTransactions(0);
    world.writeTransactions(0, true);
  }
}

export const after = (world: World, ms: number) => world.scheduler.runUntil(world.scheduler.nowMs + ms);
/** Of the copy, as the second worker knows it. */
export const shiftOf = (world: World) => world.worker(2).partitions[0]?.shift ?? 0n;
