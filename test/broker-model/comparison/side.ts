// One side of a comparison, model or real broker: sends a step and returns the answer in words that both
// share.
import type { BrokerConnection } from '../../../src/kafka/client/cluster.ts';
import { decodeBatch } from '../../../src/kafka/batch/decode-batch.ts';
import { forEachBatch } from '../../../src/kafka/batch/walk.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  isControl,
  isTransactional,
  lastOffsetDeltaOf,
  leaderEpochOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
} from '../../../src/kafka/batch/header.ts';
import { canonicalCrc } from '../../../src/kafka/batch/patch.ts';
import type {
  ClusterView,
  FetchedPartition,
  ProducerState,
  ProduceRequest,
  ProduceResponse,
  TopicId,
} from '../../../src/kafka/wire/messages.ts';
import { noTopicId } from '../../../src/kafka/wire/messages.ts';
import { kafkaErrorName } from '../../../src/kafka/wire/error-codes.ts';
import { inOrder } from './acts.ts';
import { deleteHorizonOf } from '../cleaned-batch.ts';
import { endMarkerIn } from '../control-batch.ts';
import { recordSetOf } from './record-set.ts';
import type * as steps from './steps.ts';

/** An answer in plain words; equal texts are equal answers. */
export type Answer = Readonly<Record<string, unknown>>;

/** Small: an id near the largest lies outside of a real broker's cache and is a server error. */
const unknownSessionId = 12_345;
const unknownTopicId: TopicId = 'f'.repeat(32);

export interface SideParts {
  /** What any broker says of a topic. */
  readonly metadata: (topic: string) => Promise<ClusterView>;
  readonly connection: (brokerId: number) => Promise<BrokerConnection>;
  readonly topic: string;
  readonly topicId: TopicId;
  /** Put before transactional ids, which all users of a cluster share. */
  readonly prefix: string;
  /** A real coordinator's epoch grows with the age of its cluster: this is it at the beginning. */
  readonly coordinatorEpoch: number;
  /** Whether a timestamp is one that brokers made, and not one of the records that were sent. */
  readonly isOfClock: (timestampMs: bigint) => boolean;
  /** Transactional batches, which the connection does not know. */
  readonly produceInTransaction: (
    brokerId: number,
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

  async ask(step: steps.Step): Promise<Answer> {
    const connection = await this.#parts.connection(step.broker);
    switch (step.kind) {
      case 'produce':
        return this.#produce(step, connection);
      case 'fetch':
        return this.#fetch(step, connection);
      case 'listOffsets':
        return this.#listOffsets(step, connection);
      case 'describeProducers':
        return this.#describeProducers(step, connection);
      case 'initProducerId':
        return this.#initProducerId(step, connection);
      case 'offsetForLeaderEpoch':
        return this.#leaderEpoch(step, connection);
      case 'metadata':
        return this.#metadata(step);
      case 'findCoordinator':
        return this.#findCoordinator(step, connection);
      case 'writeTxnMarkers':
        return this.#writeMarkers(step, connection);
      case 'addPartitionsToTxn':
        return this.#addPartitions(step, connection);
      case 'endTxn':
        return this.#endTxn(step, connection);
      case 'describeTransaction':
        return this.#describeTransaction(step, connection);
      case 'deleteRecords':
        return this.#deleteRecords(step, connection);
    }
  }

  async #produce(step: steps.ProduceStep, connection: BrokerConnection): Promise<Answer> {
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
    const { partitions, throttleMs } = await (transactionalId === undefined
      ? connection.produce(request)
      : this.#parts.produceInTransaction(connection.brokerId, transactionalId, request));
    const answer = partitions[0];
    if (answer === undefined) return { nothing: true };
    const { partition, errorCode, baseOffset, logAppendTimeMs, logStartOffset } = answer;
    return {
      answers: partitions.length,
      throttled: throttleMs > 0,
      partition,
      error: kafkaErrorName(errorCode),
      baseOffset,
      appendTime: this.#shownTime(logAppendTimeMs),
      logStartOffset,
    };
  }

  async #fetch(step: steps.FetchStep, connection: BrokerConnection): Promise<Answer> {
    const response = await connection.fetch({
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
      const throttled = response.throttleMs > 0;
      return { error: kafkaErrorName(response.errorCode), throttled, session, partitions };
    } finally {
      response.lease.release();
    }
  }

  #fetched(answer: FetchedPartition): Answer {
    const batches: string[] = [];
    const { records } = answer;
    let whole = 0;
    let next: bigint | undefined;
    forEachBatch(records, (at, length) => {
      whole = at + length;
      next = baseOffsetOf(records, at) + BigInt(lastOffsetDeltaOf(records, at)) + 1n;
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
      currentLeader: answer.currentLeader,
      batches,
      next,
      aborted,
      cut: records.length - whole,
    };
  }

  /**
   * Data by its checksum; control records and what a cleaner has given a horizon, which carry the clock, by
   * what they say.
   */
  #content(batch: Buffer): string {
    const attributes = attributesOf(batch, 0);
    const transactional = isTransactional(attributes) ? 'transactional ' : '';
    const hasHorizon = deleteHorizonOf(batch) !== undefined;
    if (!isControl(attributes)) {
      const content = hasHorizon ? `horizon, ${recordsText(batch)}` : `crc ${canonicalCrc(batch, 0)}`;
      return `${transactional}${content}`;
    }
    const marker = endMarkerIn(batch);
    const epoch = this.#coordinatorEpoch(producerIdOf(batch, 0), marker?.coordinatorEpoch ?? -1);
    const size = hasHorizon ? 'with a horizon' : `of ${batch.length} bytes`;
    return `${transactional}control ${size}, ${marker?.committed} ${epoch}`;
  }

  /** Markers of ids that no coordinator has given out are written by the steps, with epochs of their own. */
  #coordinatorEpoch(producerId: bigint, epoch: number): number {
    const isReal = epoch >= 0 && this.#ids.includes(producerId);
    return isReal ? epoch - this.#parts.coordinatorEpoch : epoch;
  }

  /** A side's own clock is not told. */
  #shownTime(timestampMs: bigint): bigint | 'clock' {
    return this.#parts.isOfClock(timestampMs) ? 'clock' : timestampMs;
  }

  async #listOffsets(step: steps.ListOffsetsStep, connection: BrokerConnection): Promise<Answer> {
    const { partition, leaderEpoch, timestamp } = step;
    const topic = this.#name(step.topic);
    const answers = await connection.listOffsets({
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
      timestamp: this.#shownTime(answer.timestamp),
      epoch: answer.leaderEpoch,
    };
  }

  async #describeProducers(step: steps.DescribeProducersStep, connection: BrokerConnection): Promise<Answer> {
    const { topic, partitions } = step;
    const asked = { topics: [{ topic: this.#name(topic), partitions }] };
    const answers = await connection.describeProducers(asked);
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
    const lastTimestampMs = this.#shownTime(state.lastTimestampMs);
    const id = String(this.#symbol(state.producerId)).padStart(4);
    const parts = [id, producerEpoch, lastSequence, lastTimestampMs, coordinatorEpoch];
    return [...parts, state.currentTransactionStartOffset].join(' ');
  }

  async #initProducerId(step: steps.InitProducerIdStep, connection: BrokerConnection): Promise<Answer> {
    const answer = await connection.initProducerId({
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

  async #leaderEpoch(step: steps.LeaderEpochStep, connection: BrokerConnection): Promise<Answer> {
    const { partition, currentLeaderEpoch, leaderEpoch } = step;
    const topic = this.#name(step.topic);
    const answers = await connection.offsetForLeaderEpoch({
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
    const view = await this.#parts.metadata(this.#name(step.topic));
    const topic = view.topics[0];
    const id = topic?.topicId === this.#parts.topicId ? 'topic' : topic?.topicId;
    const partitions = topic?.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map((each) => ({ ...each, inSync: inOrder(each.inSync) }));
    return { error: kafkaErrorName(topic?.errorCode ?? -1), id, internal: topic?.internal, partitions };
  }

  async #findCoordinator(step: steps.FindCoordinatorStep, connection: BrokerConnection): Promise<Answer> {
    const id = this.#transactionalId(step.transactionalId) as string;
    const answer = await connection.findCoordinator(id);
    return { error: kafkaErrorName(answer.errorCode), nodeId: answer.nodeId };
  }

  async #writeMarkers(step: steps.WriteMarkersStep, connection: BrokerConnection): Promise<Answer> {
    const markers = step.markers.map(({ id, epoch, committed, coordinatorEpoch, topic, partitions }) => ({
      producerId: this.#id(id),
      producerEpoch: epoch,
      committed,
      coordinatorEpoch,
      topics: [{ topic: this.#name(topic), partitions }],
    }));
    const answers = await connection.writeTxnMarkers({ markers });
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

  async #addPartitions(step: steps.AddPartitionsStep, connection: BrokerConnection): Promise<Answer> {
    const { partitions } = step;
    const answers = await connection.addPartitionsToTxn({
      transactionalId: this.#transactionalId(step.transactionalId) as string,
      producerId: this.#id(step.id),
      producerEpoch: step.epoch,
      topics: [{ topic: this.#parts.topic, partitions }],
    });
    const errors = answers.map(({ partition, errorCode }) => `${partition} ${kafkaErrorName(errorCode)}`);
    const error = answers.every(({ errorCode }) => errorCode === 0) ? 'NONE' : 'refused';
    return { error, errors: errors.sort() };
  }

  async #endTxn(step: steps.EndTxnStep, connection: BrokerConnection): Promise<Answer> {
    const { errorCode } = await connection.endTxn({
      transactionalId: this.#transactionalId(step.transactionalId) as string,
      producerId: this.#id(step.id),
      producerEpoch: step.epoch,
      committed: step.committed,
    });
    return { error: kafkaErrorName(errorCode) };
  }

  async #describeTransaction(
    step: steps.DescribeTransactionStep,
    connection: BrokerConnection,
  ): Promise<Answer> {
    for (;;) {
      const id = this.#transactionalId(step.transactionalId) as string;
      const [answer] = await connection.describeTransactions([id]);
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

  async #deleteRecords(step: steps.DeleteRecordsStep, connection: BrokerConnection): Promise<Answer> {
    const { partition, offset } = step;
    const topics = [{ topic: this.#name(step.topic), partitions: [{ partition, offset }] }];
    const [answer] = await connection.deleteRecords({ topics, timeoutMs: 5_000 });
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

const recordsText = (batch: Buffer): string =>
  decodeBatch(batch)
    .map(({ offset, key, value, timestamp }) => `${offset} ${String(key)}=${String(value)} at ${timestamp}`)
    .join(', ');
