// One side of a comparison, model or real broker: sends a step and returns the answer in words that both
// share.
import type { BrokerConnection, KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { forEachBatch } from '../../../src/kafka/batch/walk.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  isControl,
  isTransactional,
  leaderEpochOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
} from '../../../src/kafka/batch/header.ts';
import { canonicalCrc } from '../../../src/kafka/batch/patch.ts';
import type {
  FetchedPartition,
  ProducerState,
  ProduceRequest,
  ProduceResponse,
  TopicId,
} from '../../../src/kafka/wire/messages.ts';
import { noTopicId } from '../../../src/kafka/wire/messages.ts';
import { kafkaErrorName } from '../../../src/kafka/wire/error-codes.ts';
import { endMarkerIn } from '../control-batch.ts';
import { recordSetOf } from './record-set.ts';
import type * as steps from './steps.ts';

/** An answer in plain words; equal texts are equal answers. */
export type Answer = Readonly<Record<string, unknown>>;

/** Small: an id near the largest lies outside of a real broker's cache and is a server error. */
const unknownSessionId = 12_345;
const unknownTopicId: TopicId = 'f'.repeat(32);

export interface SideParts {
  readonly cluster: KafkaCluster;
  readonly connection: BrokerConnection;
  readonly topic: string;
  readonly topicId: TopicId;
  /** Put before transactional ids, which all users of a cluster share. */
  readonly prefix: string;
  /** Transactional batches, which the connection does not know. */
  readonly produceInTransaction: (
    transactionalId: string,
    request: ProduceRequest,
  ) => Promise<ProduceResponse>;
  /** Lets time go on while a coordinator writes its markers. */
  readonly pause: () => Promise<void>;
}

export class Side {
  readonly #parts: SideParts;
  readonly #ids: bigint[] = [];
  readonly #sessions: number[] = [];

  constructor(parts: SideParts) {
    this.#parts = parts;
  }

  ask(step: steps.Step): Promise<Answer> {
    switch (step.kind) {
      case 'produce':
        return this.#produce(step);
      case 'fetch':
        return this.#fetch(step);
      case 'listOffsets':
        return this.#listOffsets(step);
      case 'describeProducers':
        return this.#describeProducers(step);
      case 'initProducerId':
        return this.#initProducerId(step);
      case 'offsetForLeaderEpoch':
        return this.#leaderEpoch(step);
      case 'metadata':
        return this.#metadata(step);
      case 'findCoordinator':
        return this.#findCoordinator(step);
      case 'writeTxnMarkers':
        return this.#writeMarkers(step);
      case 'addPartitionsToTxn':
        return this.#addPartitions(step);
      case 'endTxn':
        return this.#endTxn(step);
      case 'describeTransaction':
        return this.#describeTransaction(step);
      case 'deleteRecords':
        return this.#deleteRecords(step);
    }
  }

  async #produce(step: steps.ProduceStep): Promise<Answer> {
    const { connection, produceInTransaction } = this.#parts;
    const records = recordSetOf(step, this.#id(step.id));
    const transactionalId = this.#transactionalId(step.transactionalId);
    const request: ProduceRequest = {
      acks: step.acks as -1,
      timeoutMs: 5_000,
      topics: [
        {
          topic: this.#name(step.topic),
          topicId: step.byName ? noTopicId : this.#topicId(step.topic),
          partitions: [{ partition: step.partition, records }],
        },
      ],
    };
    const { partitions } = await (transactionalId === undefined
      ? connection.produce(request)
      : produceInTransaction(transactionalId, request));
    const answer = partitions[0];
    if (answer === undefined) return { nothing: true };
    const { partition, errorCode, baseOffset, logAppendTimeMs, logStartOffset } = answer;
    const error = kafkaErrorName(errorCode);
    return { answers: partitions.length, partition, error, baseOffset, logAppendTimeMs, logStartOffset };
  }

  async #fetch(step: steps.FetchStep): Promise<Answer> {
    const response = await this.#parts.connection.fetch({
      maxWaitMs: step.maxWaitMs,
      minBytes: step.minBytes,
      maxBytes: step.maxBytes,
      isolationLevel: step.isolationLevel,
      ...this.#session(step.session),
      topics: step.partitions.map((each) => ({
        topicId: this.#topicId(each.topic),
        partitions: [
          {
            partition: each.partition,
            currentLeaderEpoch: each.leaderEpoch,
            fetchOffset: each.offset,
            lastFetchedEpoch: each.lastEpoch,
            partitionMaxBytes: each.bytesMax,
          },
        ],
      })),
      forgotten: step.forgotten.map((partition) => ({
        topicId: this.#parts.topicId,
        partitions: [partition],
      })),
    });
    try {
      const opened = step.session === 'open' && response.sessionId !== 0;
      if (opened) this.#sessions.push(response.sessionId);
      const partitions = response.topics.flatMap(({ topicId, partitions: each }) =>
        each.map((one) => ({ topic: topicId === this.#parts.topicId, ...this.#fetched(one) })),
      );
      const session = opened ? 'opened' : this.#sessions.indexOf(response.sessionId);
      return { error: kafkaErrorName(response.errorCode), session, partitions };
    } finally {
      response.lease.release();
    }
  }

  #fetched(answer: FetchedPartition): Answer {
    const batches: string[] = [];
    const { records } = answer;
    let whole = 0;
    forEachBatch(records, (at, length) => {
      whole = at + length;
      batches.push(
        [
          `${baseOffsetOf(records, at)}+${recordCountOf(records, at)}`,
          `epoch ${leaderEpochOf(records, at)}`,
          `id ${this.#symbol(producerIdOf(records, at))}/${producerEpochOf(records, at)}`,
          `sequence ${baseSequenceOf(records, at)}`,
          this.#content(records.subarray(at, at + length)),
        ].join(' '),
      );
      return true;
    });
    const { partition, errorCode, highWatermark, lastStableOffset, logStartOffset, diverging } = answer;
    const error = kafkaErrorName(errorCode);
    const leaderTold = answer.currentLeader?.leaderEpoch;
    const aborted = answer.abortedTransactions.map(
      ({ producerId, firstOffset }) => `${this.#symbol(producerId)} from ${firstOffset}`,
    );
    return {
      partition,
      error,
      highWatermark,
      lastStableOffset,
      logStartOffset,
      diverging,
      leaderTold,
      batches,
      aborted,
      cut: records.length - whole,
    };
  }

  /** Data by its checksum; control records, which carry the clock, by what they say. */
  #content(batch: Buffer): string {
    const attributes = attributesOf(batch, 0);
    const transactional = isTransactional(attributes) ? 'transactional ' : '';
    if (!isControl(attributes)) return `${transactional}crc ${canonicalCrc(batch, 0)}`;
    const marker = endMarkerIn(batch);
    const epoch = this.#coordinatorEpoch(producerIdOf(batch, 0), marker?.coordinatorEpoch ?? -1);
    return `${transactional}control of ${batch.length} bytes, ${marker?.committed} ${epoch}`;
  }

  /** A real coordinator's epoch grows with the age of its cluster. */
  #coordinatorEpoch(producerId: bigint, epoch: number): number {
    return this.#ids.includes(producerId) ? Math.min(epoch, 0) : epoch;
  }

  async #listOffsets(step: steps.ListOffsetsStep): Promise<Answer> {
    const { partition, leaderEpoch, timestamp } = step;
    const topic = this.#name(step.topic);
    const answers = await this.#parts.connection.listOffsets({
      replicaId: step.replicaId,
      isolationLevel: step.isolationLevel,
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch: leaderEpoch, timestamp }] }],
    });
    const answer = answers[0];
    if (answer === undefined) return { nothing: true };
    const { offset, errorCode } = answer;
    return {
      error: kafkaErrorName(errorCode),
      offset,
      timestamp: shownTime(answer.timestamp),
      epoch: answer.leaderEpoch,
    };
  }

  async #describeProducers(step: steps.DescribeProducersStep): Promise<Answer> {
    const { topic, partitions } = step;
    const asked = { topics: [{ topic: this.#name(topic), partitions }] };
    const answers = await this.#parts.connection.describeProducers(asked);
    return Object.fromEntries(
      answers.map(({ partition, errorCode, producers }) => [
        partition,
        { error: kafkaErrorName(errorCode), producers: producers.map((each) => this.#state(each)).sort() },
      ]),
    );
  }

  #state(state: ProducerState): string {
    const { producerEpoch, lastSequence } = state;
    const coordinatorEpoch = this.#coordinatorEpoch(state.producerId, state.coordinatorEpoch);
    const lastTimestampMs = shownTime(state.lastTimestampMs);
    const id = String(this.#symbol(state.producerId)).padStart(4);
    const parts = [id, producerEpoch, lastSequence, lastTimestampMs, coordinatorEpoch];
    return [...parts, state.currentTransactionStartOffset].join(' ');
  }

  async #initProducerId(step: steps.InitProducerIdStep): Promise<Answer> {
    const answer = await this.#parts.connection.initProducerId({
      transactionalId: this.#transactionalId(step.transactionalId),
      transactionTimeoutMs: step.timeoutMs,
      producerId: this.#id(step.id),
      producerEpoch: step.epoch,
    });
    if (answer.producerId >= 0n && !this.#ids.includes(answer.producerId)) this.#ids.push(answer.producerId);
    return {
      error: kafkaErrorName(answer.errorCode),
      id: this.#symbol(answer.producerId),
      epoch: answer.producerEpoch,
    };
  }

  async #leaderEpoch(step: steps.LeaderEpochStep): Promise<Answer> {
    const { partition, currentLeaderEpoch, leaderEpoch } = step;
    const topic = this.#name(step.topic);
    const answers = await this.#parts.connection.offsetForLeaderEpoch({
      topics: [{ topic, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }],
    });
    const answer = answers[0];
    if (answer === undefined) return { nothing: true };
    return {
      error: kafkaErrorName(answer.errorCode),
      epoch: answer.leaderEpoch,
      end: answer.endOffset,
    };
  }

  async #metadata(step: steps.MetadataStep): Promise<Answer> {
    const view = await this.#parts.cluster.metadata([this.#name(step.topic)]);
    const topic = view.topics[0];
    const id = topic?.topicId === this.#parts.topicId ? 'topic' : topic?.topicId;
    const partitions = topic?.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map((each) => `${each.partition} ${each.errorCode} ${each.leaderEpoch} ${each.leaderId >= 0}`);
    return { error: kafkaErrorName(topic?.errorCode ?? -1), id, internal: topic?.internal, partitions };
  }

  async #findCoordinator(step: steps.FindCoordinatorStep): Promise<Answer> {
    const id = this.#transactionalId(step.transactionalId) as string;
    const answer = await this.#parts.connection.findCoordinator(id);
    return {
      error: kafkaErrorName(answer.errorCode),
      thisBroker: answer.nodeId === this.#parts.connection.brokerId,
    };
  }

  async #writeMarkers(step: steps.WriteMarkersStep): Promise<Answer> {
    const markers = step.markers.map(({ id, epoch, committed, coordinatorEpoch, topic, partitions }) => ({
      producerId: this.#id(id),
      producerEpoch: epoch,
      committed,
      coordinatorEpoch,
      topics: [{ topic: this.#name(topic), partitions }],
    }));
    const answers = await this.#parts.connection.writeTxnMarkers({ markers });
    return {
      answers: answers
        .map(({ producerId, topic, partition, errorCode }) =>
          [this.#symbol(producerId), topic === this.#parts.topic, partition, kafkaErrorName(errorCode)].join(
            ' ',
          ),
        )
        .sort(),
    };
  }

  async #addPartitions(step: steps.AddPartitionsStep): Promise<Answer> {
    const { partitions } = step;
    const answers = await this.#parts.connection.addPartitionsToTxn({
      transactionalId: this.#transactionalId(step.transactionalId) as string,
      producerId: this.#id(step.id),
      producerEpoch: step.epoch,
      topics: [{ topic: this.#parts.topic, partitions }],
    });
    const errors = answers.map(({ partition, errorCode }) => `${partition} ${kafkaErrorName(errorCode)}`);
    const error = answers.every(({ errorCode }) => errorCode === 0) ? 'NONE' : 'refused';
    return { error, errors: errors.sort() };
  }

  async #endTxn(step: steps.EndTxnStep): Promise<Answer> {
    const { errorCode } = await this.#parts.connection.endTxn({
      transactionalId: this.#transactionalId(step.transactionalId) as string,
      producerId: this.#id(step.id),
      producerEpoch: step.epoch,
      committed: step.committed,
    });
    return { error: kafkaErrorName(errorCode) };
  }

  async #describeTransaction(step: steps.DescribeTransactionStep): Promise<Answer> {
    for (;;) {
      const id = this.#transactionalId(step.transactionalId) as string;
      const [answer] = await this.#parts.connection.describeTransactions([id]);
      if (answer === undefined) return { nothing: true };
      const { errorCode, state, timeoutMs, producerId, producerEpoch, topics } = answer;
      if (step.settled && state.startsWith('Prepare')) {
        await this.#parts.pause();
        continue;
      }
      const partitions = topics.flatMap((each) => each.partitions).toSorted((a, b) => a - b);
      const shown = { state, timeoutMs, id: this.#symbol(producerId), epoch: producerEpoch, partitions };
      const error = kafkaErrorName(errorCode);
      return errorCode === 0 ? { error, began: answer.startTimeMs > 0n, ...shown } : { error };
    }
  }

  async #deleteRecords(step: steps.DeleteRecordsStep): Promise<Answer> {
    const { partition, offset } = step;
    const topics = [{ topic: this.#name(step.topic), partitions: [{ partition, offset }] }];
    const [answer] = await this.#parts.connection.deleteRecords({ topics, timeoutMs: 5_000 });
    return { error: kafkaErrorName(answer?.errorCode ?? -1), lowWatermark: answer?.lowWatermark };
  }

  #session(session: steps.FetchStep['session']): { sessionId: number; sessionEpoch: number } {
    if (session === 'none') return { sessionId: 0, sessionEpoch: -1 };
    if (session === 'open') return { sessionId: 0, sessionEpoch: 0 };
    return { sessionId: this.#sessions[session.place] ?? unknownSessionId, sessionEpoch: session.epoch };
  }

  #transactionalId(id: string | undefined): string | undefined {
    return id === undefined || id === '' ? id : `${this.#parts.prefix}.${id}`;
  }
  #name(topic: steps.TopicSymbol): string {
    return topic === 'topic' ? this.#parts.topic : `${this.#parts.topic}-unknown`;
  }
  #topicId(topic: steps.TopicSymbol): TopicId {
    return topic === 'topic' ? this.#parts.topicId : unknownTopicId;
  }
  /** Ids that were never given out stand for themselves, far from those that are. */
  #id(symbol: steps.IdSymbol): bigint {
    return symbol < 0 ? -1n : (this.#ids[symbol] ?? BigInt(symbol) + 2n ** 40n);
  }
  #symbol(id: bigint): number {
    if (id < 0n) return -1;
    return id >= 2n ** 40n ? Number(id - 2n ** 40n) : this.#ids.indexOf(id);
  }
}

/** Later than any record's timestamp, and earlier than any clock. */
const betweenMs = 1_650_000_000_000n;

/** A side's own clock is not told. */
const shownTime = (timestampMs: bigint): bigint | 'clock' =>
  timestampMs < betweenMs || timestampMs > 3_000_000_000_000n ? timestampMs : 'clock';
