// Deletes at the target what the source has deleted, for the sets that say `trim: follow`: what is gone there
// is gone here as soon as that is seen.
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { identicalOffsets, shiftKey, targetFrom } from '../../base/shift-segments.ts';
import { deleteRecords } from '../mirror/delete-records.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { PartitionEnd } from '../mirror/partition-end.ts';
import { failureOf } from './failure.ts';

/** What could not be done, a missing right for instance, is tried again. */
const retryMs = 60_000;
/** How long the leader may wait for its replicas. */
const waitMs = 5_000;
/** Asked at once; the others have their turn at the next look. */
const asksMax = 20;

export type Trimmable = Pick<MirrorPartition, 'spec' | 'state' | 'point' | 'position' | 'shift' | 'view'>;

export interface TrimFollowerParts {
  /** Where the leader at the target is. Throws where it cannot be found. */
  readonly findEnd: (topic: string, partition: number) => Promise<PartitionEnd>;
  /** Whether copies of the set are trimmed with their source. */
  readonly follows: (set: string) => boolean;
  readonly mayWrite: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export class TrimFollower {
  readonly #parts: TrimFollowerParts;
  /** What was trimmed to last, and until when it rests where that failed (monotonic). */
  readonly #asked = new WeakMap<object, { readonly to: bigint; readonly restsUntilMs: number }>();
  #isAsking = false;

  constructor(parts: TrimFollowerParts) {
    this.#parts = parts;
  }

  /** Trims where it is due, unless it still waits for answers. Never rejects: it looks again. */
  async look(partitions: Iterable<Trimmable>): Promise<void> {
    if (this.#isAsking) return;
    const due: { partition: Trimmable; to: bigint }[] = [];
    for (const partition of partitions) {
      const to = this.#dueOf(partition);
      if (to !== undefined) due.push({ partition, to });
      if (due.length === asksMax) break;
    }
    this.#isAsking = true;
    await Promise.all(due.map(({ partition, to }) => this.#trim(partition, to)));
    this.#isAsking = false;
  }

  #dueOf(partition: Trimmable): bigint | undefined {
    const { follows, clock } = this.#parts;
    const to = follows(partition.spec.set) ? trimTo(partition) : undefined;
    const asked = this.#asked.get(partition);
    if (to === undefined || to <= 0n) return undefined;
    if (asked !== undefined && clock.monotonicMs() < asked.restsUntilMs) return undefined;
    return asked !== undefined && to <= asked.to ? undefined : to;
  }

  async #trim(partition: Trimmable, to: bigint): Promise<void> {
    const { findEnd, mayWrite, log, clock } = this.#parts;
    const { topic, partition: number } = partition.spec;
    try {
      const target = await findEnd(topic, number);
      // DeleteRecords names no topic id: another topic of that name is none of ours.
      if (target.topicId !== partition.point?.target.topicId || !mayWrite()) return;
      const { connection } = target;
      // A log that is only compacted is not trimmed by Kafka, at the source as little as here.
      await deleteRecords({ connection, waitMs }, target, to);
      this.#asked.set(partition, { to, restsUntilMs: 0 });
    } catch (error) {
      const { code, message } = failureOf('trimming with the source', partition.spec, error, log);
      this.#asked.set(partition, { to: 0n, restsUntilMs: clock.monotonicMs() + retryMs });
      log.warn({ topic, partition: number, code }, `the copy is not trimmed with its source: ${message}`);
    }
  }
}

/** The target's offset at which its log should begin; undefined where that is not known, or not safe. */
function trimTo({ state, point, position, shift, view }: Trimmable): bigint | undefined {
  if (state.name !== 'mirroring' || point === undefined || position === undefined) return undefined;
  if (view.logStart === undefined) return undefined;
  const { fence, target } = point;
  const segments = fence.shifts?.get(shiftKey(target.topicId, target.partition)) ?? identicalOffsets;
  const to = targetFrom(segments, view.logStart);
  // What has been shifted since the start is not among these segments.
  const known = shift === point.shift ? position : point.position;
  return to < known ? to : known;
}
