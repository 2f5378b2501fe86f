// Produce at one broker: checks, append, and the wait for the high watermark (Kafka's
// ReplicaManager.appendRecords, Partition.appendRecordsToLeader and DelayedProduce).
import type { Timer } from '../../src/base/clock.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type {
  ProducedPartition,
  ProduceRequest,
  ProduceResponse,
  TopicId,
} from '../../src/kafka/wire/messages.ts';
import { noTopicId } from '../../src/kafka/wire/messages.ts';
import { checkBatch, checkShape, claimsTransaction } from './batch-validation.ts';
import type { ModelBroker } from './model-broker.ts';
import type { Replica } from './replica.ts';

interface Place {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
}

/** One partition of a request: answered already, or appended and waiting for the high watermark. */
interface Written {
  readonly place: Place;
  readonly replica: Replica | undefined;
  readonly term: number;
  readonly required: bigint;
  errorCode: number;
  readonly baseOffset: bigint;
  readonly appendTimeMs: bigint;
  done: boolean;
}

export function handleProduce(
  broker: ModelBroker,
  request: ProduceRequest,
  respond: (answer: ProduceResponse) => void,
): void {
  const written = placesOf(request).map(({ place, records }) =>
    claimsAny(request)
      ? failed(place, kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
      : writeOne(broker, place, records, request.acks),
  );
  if (request.acks !== -1) {
    respond(answerOf(written));
    return;
  }
  const wait: { timer?: Timer } = {};
  const look = (): boolean => {
    for (const each of written) settle(each);
    if (written.some((each) => !each.done)) return false;
    finish();
    return true;
  };
  const finish = (): void => {
    wait.timer?.cancel();
    for (const { replica } of written) replica?.cease(look);
    respond(answerOf(written));
  };
  if (look()) return;
  wait.timer = broker.site.scheduler.post({
    delayMs: request.timeoutMs,
    owner: broker.owner,
    label: 'produce has waited',
    fire: () => {
      for (const each of written) if (!each.done) each.errorCode = kafkaError.REQUEST_TIMED_OUT;
      finish();
    },
  });
  for (const { replica, done } of written) if (!done) replica?.await(look);
}

/** A partition that is named twice loses the first of its batches, and nobody is told (kafka-facts 2). */
function placesOf(request: ProduceRequest): { place: Place; records: Buffer }[] {
  const places = new Map<string, { place: Place; records: Buffer }>();
  for (const { topic, topicId, partitions } of request.topics) {
    for (const { partition, records } of partitions) {
      places.set(`${topic}/${topicId}/${partition}`, { place: { topic, topicId, partition }, records });
    }
  }
  return [...places.values()];
}

const claimsAny = (request: ProduceRequest): boolean =>
  request.topics.some(({ partitions }) => partitions.some(({ records }) => claimsTransaction(records)));

function writeOne(broker: ModelBroker, place: Place, records: Buffer, acks: number): Written {
  const { settings, scheduler } = broker.site;
  const byId = settings.produceById && place.topicId !== noTopicId;
  const found = byId
    ? broker.findById(place.topicId, place.partition)
    : broker.findByName(place.topic, place.partition);
  if (found === undefined) {
    const known = [...broker.images.values()].some((image) => image.topicId === place.topicId);
    return failed(
      place,
      byId && !known ? kafkaError.UNKNOWN_TOPIC_ID : kafkaError.UNKNOWN_TOPIC_OR_PARTITION,
    );
  }
  const shapeError = checkShape(records);
  if (shapeError !== kafkaError.NONE) return failed(place, shapeError);
  if (acks !== -1 && acks !== 0 && acks !== 1) return failed(place, kafkaError.INVALID_REQUIRED_ACKS);
  const { replica } = found;
  if (replica === undefined || !replica.isLeader) return failed(place, kafkaError.NOT_LEADER_OR_FOLLOWER);
  if (acks === -1 && replica.belowMinimum) return failed(place, kafkaError.NOT_ENOUGH_REPLICAS);
  const batchError = checkBatch(records, scheduler.clockOf(broker.owner).wallMs(), {
    batchBytesMax: settings.batchBytesMax,
    aheadMsMax: settings.timestampAheadMsMax,
  });
  if (batchError !== kafkaError.NONE) {
    const inLog = batchError === kafkaError.INVALID_RECORD || batchError === kafkaError.INVALID_TIMESTAMP;
    return { ...failed(place, batchError), replica: inLog ? replica : undefined };
  }
  const refusal = broker.site.refuseAppend(found.image.topic, place.partition);
  if (refusal !== kafkaError.NONE) return failed(place, refusal);
  const { errorCode, baseOffset, required, appendTimeMs } = replica.append(records);
  const done = errorCode !== kafkaError.NONE || acks !== -1;
  return { place, replica, term: replica.term, required, errorCode, baseOffset, appendTimeMs, done };
}

const failed = (place: Place, errorCode: number): Written => ({
  place,
  replica: undefined,
  term: 0,
  required: 0n,
  errorCode,
  baseOffset: -1n,
  appendTimeMs: -1n,
  done: true,
});

/** Looks whether a waiting append is committed, or never will be by this leader. */
function settle(written: Written): void {
  const { replica } = written;
  if (written.done || replica === undefined) return;
  if (!replica.isLeader || replica.term !== written.term) {
    written.errorCode = kafkaError.NOT_LEADER_OR_FOLLOWER;
    written.done = true;
  } else if (replica.highWatermark >= written.required) {
    if (replica.belowMinimum) written.errorCode = kafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    written.done = true;
  }
}

function answerOf(written: readonly Written[]): ProduceResponse {
  const partitions: ProducedPartition[] = written.map(
    ({ place, replica, errorCode, baseOffset, appendTimeMs }) => ({
      ...place,
      errorCode,
      baseOffset,
      logAppendTimeMs: appendTimeMs,
      logStartOffset: replica?.log.start ?? -1n,
      errorMessage: undefined,
      currentLeader: undefined,
    }),
  );
  return { throttleMs: 0, partitions };
}
