// Produce at one broker: checks, append, and the wait for the high watermark (Kafka's
// ReplicaManager.appendRecords, Partition.appendRecordsToLeader and DelayedProduce).
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
import { checkTransactions } from './transaction-check.ts';
import { awaitAppends, type PendingAppend, pendingAppend } from './pending-append.ts';

interface Place {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
}

/** One partition of a request. */
interface Written extends PendingAppend {
  readonly place: Place;
  readonly baseOffset: bigint;
  readonly appendTimeMs: bigint;
}

/** `transactionalId` is the request's own; a transactional batch is refused without one. */
export function handleProduce(
  broker: ModelBroker,
  request: ProduceRequest,
  transactionalId: string | undefined,
  respond: (answer: ProduceResponse) => void,
): void {
  const asked = placesOf(request);
  const transactional = asked.filter(({ records }) => claimsTransaction(records));
  if (transactional.length > 0 && transactionalId === undefined) {
    const errorCode = kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    return respond(answerOf(asked.map(({ place }) => failed(place, errorCode))));
  }
  const checked = transactional.flatMap((each) => {
    const replica = findPlace(broker, each.place)?.replica;
    return replica?.isLeader === true ? [{ ...each, replica }] : [];
  });
  checkTransactions(broker, transactionalId ?? '', checked, (errorCodes) => {
    const refused = new Map(checked.map(({ place }, at) => [place, errorCodes[at] ?? kafkaError.NONE]));
    const written = asked.map(({ place, records }) => {
      const errorCode = refused.get(place) ?? kafkaError.NONE;
      return errorCode === kafkaError.NONE
        ? writeOne(broker, place, records, request.acks)
        : failed(place, errorCode);
    });
    const wait = { timeoutMs: request.timeoutMs, label: 'produce has waited' };
    awaitAppends(broker, written, wait, () => respond(answerOf(written)));
  });
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

const isById = (broker: ModelBroker, place: Place): boolean =>
  broker.site.settings.produceById && place.topicId !== noTopicId;

const findPlace = (broker: ModelBroker, place: Place) =>
  isById(broker, place)
    ? broker.findById(place.topicId, place.partition)
    : broker.findByName(place.topic, place.partition);

function writeOne(broker: ModelBroker, place: Place, records: Buffer, acks: number): Written {
  const { settings } = broker.site;
  const byId = isById(broker, place);
  const found = findPlace(broker, place);
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
  if (acks === -1 && replica.belowMinimum) {
    return { ...failed(place, kafkaError.NOT_ENOUGH_REPLICAS), replica };
  }
  const batchError = checkBatch(records, broker.wallMs(), {
    batchBytesMax: settings.batchBytesMax,
    aheadMsMax: found.image.logAppendTime ? Number.MAX_SAFE_INTEGER / 2 : settings.timestampAheadMsMax,
    needsKeys: found.image.compacted,
  });
  if (batchError !== kafkaError.NONE) {
    const inLog = batchError === kafkaError.INVALID_RECORD || batchError === kafkaError.INVALID_TIMESTAMP;
    return { ...failed(place, batchError), replica: inLog ? replica : undefined };
  }
  const refusal = broker.site.refuseAppend?.(found.image.topic, place.partition) ?? kafkaError.NONE;
  if (refusal !== kafkaError.NONE) return failed(place, refusal);
  const appended = replica.append(records);
  const pending = pendingAppend(replica, appended);
  const { baseOffset, appendTimeMs } = appended;
  return { ...pending, place, baseOffset, appendTimeMs, done: pending.done || acks !== -1 };
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
