// What a failed piece of a partition's work is to its state: the cause it names, or a defect of ours, which
// the log tells in full.
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type Cause, causeOfError } from '../mirror/stop-cause.ts';

/** `what` was under way, as in "the start procedure", when `error` was thrown. */
export function failureOf(what: string, spec: MirrorSpec, error: unknown, log: Log): Cause {
  if (error instanceof Obstacle) return error.because;
  const cause = causeOfError(error);
  if (cause.code === 'CW-2026') {
    const { set, topic, partition } = spec;
    log.error({ set, topic, partition, error: describeError(error) }, `${what} failed unexpectedly`);
  }
  return cause;
}
