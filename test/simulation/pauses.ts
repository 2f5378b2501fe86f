// The two ways in which a worker is paused, and how a world is led from one of its steps to the next.
import type { WorkerProcess } from './worker-process.ts';
import type { World } from './world.ts';

/** Pauses a worker; what it returns wakes it. */
export type Pause = (world: World, worker: WorkerProcess) => () => void;

export const standStill: Pause = (_, worker) => {
  worker.freeze();
  return () => worker.thaw();
};

/** Nothing that it sends or is sent arrives until later. */
export const cutOff: Pause = ({ scheduler, source, target }, { owner }) => {
  const links = [source.linkOf(owner, 1), target.linkOf(owner, 1)];
  for (const link of links) scheduler.block(link);
  return () => {
    for (const link of links) scheduler.unblock(link);
  };
};

/** Lets up to `count` events happen, as long as any is due soon; returns how many did. */
export async function steps({ scheduler }: World, count: number): Promise<number> {
  await scheduler.runUntil(scheduler.nowMs);
  for (let done = 0; done < count; done += 1) {
    const event = scheduler.earliest();
    // What comes later than that is a long poll or a deadline: everything is at rest.
    if (event === undefined || event.atMs > scheduler.nowMs + 200) return done;
    await scheduler.happen(event);
  }
  return count;
}
