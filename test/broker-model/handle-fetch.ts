// Fetch at one broker: bounds, leader epochs, diverging logs, sizes, sessions and the long poll (Kafka's
// ReplicaManager.fetchMessages, Partition.readRecords and DelayedFetch).
import type { Timer } from '../../src/base/clock.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { FetchedPartition, FetchRequest, TopicId } from '../../src/kafka/wire/messages.ts';
import type { SessionPartition } from './fetch-sessions.ts';
import type { ModelBroker } from './model-broker.ts';
import type { Replica } from './replica.ts';
import { checkLeaderEpoch } from './replica-site.ts';

/** A fetch answer before it becomes memory of the client. */
export interface FetchAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly partitions: readonly { readonly topicId: TopicId; readonly answer: FetchedPartition }[];
}

export function handleFetch(
  broker: ModelBroker,
  request: FetchRequest,
  respond: (answer: FetchAnswer) => void,
): void {
  const context = broker.sessions.contextOf(request);
  if (context.errorCode !== kafkaError.NONE) {
    respond({ throttleMs: 0, errorCode: context.errorCode, sessionId: 0, partitions: [] });
    return;
  }
  const replicas = context.partitions.flatMap(({ topicId, asked }) => {
    const replica = broker.findById(topicId, asked.partition)?.replica;
    return replica === undefined ? [] : [replica];
  });
  let over = request.maxWaitMs <= 0 || context.partitions.length === 0;
  const wait: { timer?: Timer } = {};
  const look = (): boolean => {
    const read = readAll(broker, request, context.partitions);
    if (!over && !read.due && read.bytes < request.minBytes) return false;
    const { sessionId } = context;
    const partitions = context.incremental ? read.answers.filter(isNews) : read.answers;
    for (const each of read.answers) each.session.told = gist(each.answer);
    if (context.incremental) {
      const given = partitions.filter(({ answer }) => answer.records.length > 0);
      broker.sessions.answered(
        sessionId,
        given.map(({ session }) => session),
      );
    }
    for (const replica of replicas) replica.cease(look);
    wait.timer?.cancel();
    respond({ throttleMs: 0, errorCode: kafkaError.NONE, sessionId, partitions });
    return true;
  };
  if (look()) return;
  wait.timer = broker.site.scheduler.post({
    delayMs: request.maxWaitMs,
    owner: broker.owner,
    label: 'fetch has waited',
    fire: () => {
      over = true;
      look();
    },
  });
  for (const replica of replicas) replica.await(look);
}

interface Read {
  readonly topicId: TopicId;
  readonly answer: FetchedPartition;
  readonly session: SessionPartition;
}

const gist = (answer: FetchedPartition): string =>
  `${answer.highWatermark}/${answer.lastStableOffset}/${answer.logStartOffset}`;

function isNews({ answer, session }: Read): boolean {
  if (answer.errorCode !== kafkaError.NONE || answer.diverging !== undefined) return true;
  return answer.records.length > 0 || gist(answer) !== session.told;
}

function readAll(broker: ModelBroker, request: FetchRequest, partitions: readonly SessionPartition[]) {
  const answers: Read[] = [];
  let bytes = 0;
  let due = false;
  for (const session of partitions) {
    const { topicId } = session;
    const room = { bytesLeft: request.maxBytes - bytes, wholeFirst: bytes === 0 };
    const answer = readOne(broker, session, room, request.isolationLevel === 1);
    bytes += answer.records.length;
    due ||= answer.errorCode !== kafkaError.NONE || answer.diverging !== undefined;
    answers.push({ topicId, answer, session });
  }
  // What the broker does not know at all is answered behind the rest.
  const last: readonly number[] = [kafkaError.UNKNOWN_TOPIC_ID, kafkaError.UNKNOWN_TOPIC_OR_PARTITION];
  const rank = ({ answer }: Read) => last.indexOf(answer.errorCode);
  return { answers: answers.toSorted((a, b) => rank(a) - rank(b)), bytes, due };
}

const nothing = Buffer.alloc(0);

function readOne(
  broker: ModelBroker,
  { topicId, asked }: SessionPartition,
  { bytesLeft, wholeFirst }: { bytesLeft: number; wholeFirst: boolean },
  committedOnly: boolean,
): FetchedPartition {
  const found = broker.findById(topicId, asked.partition);
  if (found === undefined) return failed(asked.partition, errorOfUnknown(broker, topicId));
  const { image, replica } = found;
  const currentLeader = { leaderId: image.leaderId, leaderEpoch: image.leaderEpoch };
  if (replica === undefined) return failed(asked.partition, kafkaError.NOT_LEADER_OR_FOLLOWER, currentLeader);
  const epochError = checkLeaderEpoch(asked.currentLeaderEpoch, replica.image.leaderEpoch);
  if (epochError !== kafkaError.NONE) {
    const told = epochError === kafkaError.FENCED_LEADER_EPOCH ? currentLeader : undefined;
    return failed(asked.partition, epochError, told);
  }
  const { log } = replica;
  const outOfRange = failed(asked.partition, kafkaError.OFFSET_OUT_OF_RANGE);
  const refusal = refuseEpoch(replica, asked.fetchOffset, asked.lastFetchedEpoch);
  if (refusal === 'out of range') return outOfRange;
  const state = {
    partition: asked.partition,
    errorCode: kafkaError.NONE,
    highWatermark: replica.highWatermark,
    lastStableOffset: replica.lastStableOffset,
    logStartOffset: log.start,
    currentLeader: undefined,
    abortedTransactions: [],
  };
  if (refusal !== undefined) return { ...state, diverging: refusal, records: nothing };
  if (asked.fetchOffset < log.start || asked.fetchOffset > log.end) return outOfRange;
  const limit = Math.max(0, Math.min(asked.partitionMaxBytes, bytesLeft));
  if (!committedOnly) {
    const { bytes } = log.read(asked.fetchOffset, replica.highWatermark, limit, wholeFirst);
    return { ...state, diverging: undefined, records: bytes };
  }
  const { bytes, aborted } = replica.readCommitted(asked.fetchOffset, limit, wholeFirst);
  const abortedTransactions = aborted.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
  return { ...state, abortedTransactions, diverging: undefined, records: bytes };
}

const errorOfUnknown = (broker: ModelBroker, topicId: TopicId): number =>
  [...broker.images.values()].some((image) => image.topicId === topicId)
    ? kafkaError.UNKNOWN_TOPIC_OR_PARTITION
    : kafkaError.UNKNOWN_TOPIC_ID;

/** KIP-595: what a reader learns whose last epoch does not fit this log; undefined where it fits. */
function refuseEpoch(replica: Replica, offset: bigint, lastEpoch: number) {
  if (lastEpoch < 0) return undefined;
  const end = replica.log.epochs.endOf(lastEpoch, replica.log.end);
  if (end === undefined || offset < replica.log.start) return 'out of range';
  return end.epoch < lastEpoch || end.endOffset < offset ? end : undefined;
}

function failed(
  partition: number,
  errorCode: number,
  currentLeader?: { leaderId: number; leaderEpoch: number },
): FetchedPartition {
  return {
    partition,
    errorCode,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    diverging: undefined,
    currentLeader,
    abortedTransactions: [],
    records: nothing,
  };
}
