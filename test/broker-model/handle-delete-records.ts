// DeleteRecords at one broker: the log start moves, and the answer waits for every replica that is alive
// (Kafka's ReplicaManager.deleteRecords, DelayedDeleteRecords).
import type { Timer } from '../../src/base/clock.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { DeleteRecordsRequest, TrimmedPartition } from '../../src/kafka/wire/messages.ts';
import type { ModelBroker } from './model-broker.ts';
import type { Replica } from './replica.ts';

const highWatermark = -1n;

interface Trim {
  readonly topic: string;
  readonly partition: number;
  readonly replica: Replica | undefined;
  readonly start: bigint;
  errorCode: number;
}

export function handleDeleteRecords(
  broker: ModelBroker,
  request: DeleteRecordsRequest,
  respond: (answer: TrimmedPartition[]) => void,
): void {
  const trims = request.topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => trim(broker, topic, partition, offset)),
  );
  const answer = (): void =>
    respond(
      trims.map(({ topic, partition, replica, errorCode }) => {
        const lowWatermark = errorCode === kafkaError.NONE ? (replica?.lowWatermark ?? -1n) : -1n;
        return { topic, partition, lowWatermark, errorCode };
      }),
    );
  const waiting = trims.flatMap(({ replica, errorCode }) =>
    replica !== undefined && errorCode === kafkaError.NONE ? [replica] : [],
  );
  const limit: { timer?: Timer } = {};
  const look = (): boolean => {
    for (const each of trims) if (each.replica?.isLeader === false) each.errorCode ||= notLeader;
    if (!trims.every(isOver)) return false;
    limit.timer?.cancel();
    for (const replica of waiting) replica.cease(look);
    answer();
    return true;
  };
  if (look()) return;
  limit.timer = broker.site.scheduler.post({
    delayMs: request.timeoutMs,
    owner: broker.owner,
    label: 'trim has waited',
    fire: () => {
      for (const each of trims) if (!isOver(each)) each.errorCode = kafkaError.REQUEST_TIMED_OUT;
      look();
    },
  });
  for (const replica of waiting) replica.await(look);
}

const notLeader = kafkaError.NOT_LEADER_OR_FOLLOWER;

const isOver = ({ replica, start, errorCode }: Trim): boolean =>
  errorCode !== kafkaError.NONE || (replica?.lowWatermark ?? start) >= start;

function trim(broker: ModelBroker, topic: string, partition: number, offset: bigint): Trim {
  const replica = broker.findByName(topic, partition)?.replica;
  const start = offset === highWatermark ? (replica?.highWatermark ?? 0n) : offset;
  const errorCode = refusal(broker, topic, partition, start);
  if (errorCode === kafkaError.NONE) replica?.trim(start);
  return { topic, partition, replica, start, errorCode };
}

function refusal(broker: ModelBroker, topic: string, partition: number, start: bigint): number {
  const found = broker.findByName(topic, partition);
  if (found === undefined) return kafkaError.UNKNOWN_TOPIC_OR_PARTITION;
  const { replica } = found;
  if (replica === undefined || !replica.isLeader) return notLeader;
  if (replica.image.compacted) return kafkaError.POLICY_VIOLATION;
  return start < 0n || start > replica.highWatermark ? kafkaError.OFFSET_OUT_OF_RANGE : kafkaError.NONE;
}
