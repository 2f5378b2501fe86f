// Control records at the leaders that one broker has, answered like acks=all (Kafka's
// KafkaApis.handleWriteTxnMarkersRequest). A marker is appended again however often it is asked for.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { TxnMarker, WrittenMarker } from '../../src/kafka/wire/messages.ts';
import type { BrokerFace } from './broker-face.ts';
import { controlBatch } from './control-batch.ts';
import { awaitAppends, type PendingAppend, pendingAppend } from './pending-append.ts';

/** `request.timeout.ms` of the broker. */
const waitMs = 30_000;

interface Asked {
  readonly marker: TxnMarker;
  readonly topic: string;
  readonly partition: number;
}
interface Written extends Asked {
  readonly append: PendingAppend;
}

export function writeMarkers(
  broker: BrokerFace,
  markers: readonly TxnMarker[],
  respond: (answer: WrittenMarker[]) => void,
): void {
  const written = askedFor(markers).map((each): Written => ({ ...each, append: write(broker, each) }));
  const [later = [], atOnce = []] = [false, true].map((done) =>
    written.filter(({ append }) => append.done === done),
  );
  if (isNeverAnswered(written)) return;
  awaitAppends(
    broker,
    written.map(({ append }) => append),
    { timeoutMs: waitMs, label: 'markers have waited' },
    () => {
      // An id's later result takes the place of its earlier one, and what is over at once is there first.
      respond(
        oncePerId([...atOnce, ...later].map((each) => ({ ...each, errorCode: each.append.errorCode }))),
      );
    },
  );
}

/**
 * A marker of which the broker has no partition is passed over, and the answer is sent by the last one that
 * is written: by none, where those before it are through and it is not the only one (seen on Kafka 4.3.1).
 */
function isNeverAnswered(written: readonly Written[]): boolean {
  const markers = [...Map.groupBy(written, ({ marker }) => marker).values()];
  const passedOver = (those: readonly Written[]): boolean =>
    those.every(({ append }) => append.errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  const last = markers.at(-1);
  if (last === undefined || !passedOver(last) || markers.every(passedOver)) return false;
  return written.every(({ append }) => append.done);
}

/** The same answer to all. */
export const refuseMarkers = (markers: readonly TxnMarker[], errorCode: number): WrittenMarker[] =>
  oncePerId(askedFor(markers).map((each) => ({ ...each, errorCode })));

/** A partition that one marker names twice counts once. */
function askedFor(markers: readonly TxnMarker[]): Asked[] {
  return markers.flatMap((marker) => {
    const places = marker.topics.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ marker, topic, partition })),
    );
    return [...new Map(places.map((each) => [`${each.topic}/${each.partition}`, each])).values()];
  });
}

function write(broker: BrokerFace, { marker, topic, partition }: Asked): PendingAppend {
  const replica = broker.findByName(topic, partition)?.replica;
  if (replica === undefined) return refused(kafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  if (!replica.isLeader) return refused(kafkaError.NOT_LEADER_OR_FOLLOWER);
  if (replica.belowMinimum) return refused(kafkaError.NOT_ENOUGH_REPLICAS);
  const refusal = broker.site.refuseAppend?.(topic, partition) ?? kafkaError.NONE;
  if (refusal !== kafkaError.NONE) return refused(refusal);
  const timestampMs = BigInt(Math.floor(broker.wallMs()));
  return pendingAppend(replica, replica.append(controlBatch({ ...marker, timestampMs })));
}

const refused = (errorCode: number): PendingAppend => ({
  replica: undefined,
  term: 0,
  required: 0n,
  errorCode,
  done: true,
});

function oncePerId(results: readonly (Asked & { errorCode: number })[]): WrittenMarker[] {
  const answers = new Map<string, WrittenMarker>();
  for (const { marker, topic, partition, errorCode } of results) {
    const { producerId } = marker;
    answers.set(`${producerId}/${topic}/${partition}`, { producerId, topic, partition, errorCode });
  }
  return [...answers.values()];
}
