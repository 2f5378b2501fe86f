// Waits until what stands in a target log is committed.
import type { Clock } from '../../base/clock.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, placeOf, readOffset } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

export interface ReplicationSite {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long an append of a predecessor may take to be replicated before the start is given up for now. */
const replicationWaitMsMax = 15_000;

/** Waits until everything below `logEnd` is committed: before that, an append could be taken for missing. */
export async function replicated(site: ReplicationSite, target: PartitionEnd, logEnd: bigint): Promise<void> {
  const began = site.clock.monotonicMs();
  for (let delayMs = 10; ; delayMs = Math.min(500, delayMs * 2)) {
    const highWatermark = await readOffset(target, 'highWatermark');
    if (highWatermark >= logEnd) return;
    if (site.clock.monotonicMs() - began > replicationWaitMsMax) {
      const text = `${placeOf(target)}: the log ends at ${logEnd}, replicated only up to ${highWatermark}`;
      throw new Obstacle(causeOf('CW-2022', text));
    }
    await site.clock.sleep(delayMs, site.signal);
  }
}
