// What an error code of a fetch from the source is to a mirror partition.
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, refuseError } from './partition-end.ts';
import { type Cause, causeOfError } from './stop-cause.ts';

export interface FetchedFrom {
  readonly topic: string;
  readonly partition: number;
  readonly sourceRegion: string;
}

/** The start procedure looks at it, which knows both ends; only its name is taken from here. */
export function fetchTrouble(
  { topic, partition, sourceRegion: region }: FetchedFrom,
  { leaderId, account }: Pick<PartitionEnd, 'leaderId' | 'account'>,
  errorCode: number,
): Cause | undefined {
  const from = { topic, partition, side: 'source', region, leaderId, account } as const;
  try {
    refuseError(from, errorCode, undefined, 'Fetch');
    return undefined;
  } catch (thrown) {
    return thrown instanceof Obstacle ? thrown.because : causeOfError(thrown);
  }
}
