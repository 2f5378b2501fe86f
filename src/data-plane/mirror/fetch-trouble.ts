// What an error code of a fetch from the source is to a mirror partition.
import type { MirrorSpec } from './mirror-partition.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, refuseError } from './partition-end.ts';
import { type Cause, causeOfError } from './stop-cause.ts';

/** The start procedure looks at it, which knows both ends; only its name is taken from here. */
export function fetchTrouble(
  spec: MirrorSpec,
  { leaderId, account }: Pick<PartitionEnd, 'leaderId' | 'account'>,
  errorCode: number,
): Cause | undefined {
  const from = { ...spec, side: 'source', region: spec.sourceRegion, leaderId, account } as const;
  try {
    refuseError(from, errorCode, undefined, 'Fetch');
    return undefined;
  } catch (thrown) {
    return thrown instanceof Obstacle ? thrown.because : causeOfError(thrown);
  }
}
