// Trims a target's log: what its source does not have any more, or never had.
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, placeOf, refuseError } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

export interface TrimSite {
  /** To the target's leader. */
  readonly connection: BrokerConnection;
  /** How long the leader may wait for its replicas. */
  readonly waitMs: number;
}

/**
 * Lets the log begin at `offset`, on all replicas. False where the topic is compacted, and not `delete` too:
 * Kafka trims no such log. Throws Obstacle where it could not be done, or not everywhere.
 */
export async function deleteRecords(
  { connection, waitMs }: TrimSite,
  target: PartitionEnd,
  offset: bigint,
): Promise<boolean> {
  const { topic, partition } = target;
  const topics = [{ topic, partitions: [{ partition, offset }] }];
  const [answer] = await connection.deleteRecords({ topics, timeoutMs: waitMs });
  if (answer === undefined || answer.errorCode === kafkaError.REQUEST_TIMED_OUT) {
    const text = `${placeOf(target)}: not all replicas have deleted what lies before offset ${offset}`;
    throw new Obstacle(causeOf('CW-2022', text));
  }
  if (answer.errorCode === kafkaError.POLICY_VIOLATION) return false;
  refuseError(target, answer.errorCode, undefined, 'DeleteRecords');
  return true;
}
