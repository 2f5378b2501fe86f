// One client connection at its broker: requests are served one after the other, the next only when the one
// before has been answered (Kafka's SocketServer mutes the channel meanwhile).
import type * as messages from '../../src/kafka/wire/messages.ts';
import { handleDeleteRecords } from './handle-delete-records.ts';
import { type FetchAnswer, handleFetch } from './handle-fetch.ts';
import { handleWriteTxnMarkers } from './handle-markers.ts';
import { handleProduce } from './handle-produce.ts';
import {
  handleDescribeProducers,
  handleListOffsets,
  handleMetadata,
  handleOffsetForLeaderEpoch,
} from './handle-reads.ts';
import { handleAddPartitions, handleFindCoordinator } from './handle-transactions.ts';
import type { ModelBroker } from './model-broker.ts';
import type { ModelRequest } from './model-types.ts';

export interface AnswerOf {
  hello: true;
  metadata: messages.ClusterView;
  fetch: FetchAnswer;
  produce: messages.ProduceResponse;
  listOffsets: readonly messages.ListedOffset[];
  describeProducers: readonly messages.DescribedPartition[];
  offsetForLeaderEpoch: readonly messages.EpochEndOffset[];
  initProducerId: messages.InitProducerIdResponse;
  findCoordinator: messages.FindCoordinatorResponse;
  writeTxnMarkers: readonly messages.WrittenMarker[];
  addPartitionsToTxn: readonly messages.AddedPartition[];
  endTxn: messages.EndTxnResponse;
  describeTransactions: readonly messages.DescribedTransaction[];
  deleteRecords: readonly messages.TrimmedPartition[];
}
export type ModelAnswer = AnswerOf[keyof AnswerOf];

export class ServedConnection {
  readonly #broker: ModelBroker;
  readonly #answer: (answer: ModelAnswer, kind: ModelRequest['kind']) => void;
  readonly #waiting: ModelRequest[] = [];
  #busy = false;

  constructor(broker: ModelBroker, answer: (answer: ModelAnswer, kind: ModelRequest['kind']) => void) {
    this.#broker = broker;
    this.#answer = answer;
  }

  receive(request: ModelRequest): void {
    this.#waiting.push(request);
    this.#next();
  }

  #next(): void {
    if (this.#busy) return;
    const request = this.#waiting.shift();
    if (request === undefined) return;
    this.#busy = true;
    serve(this.#broker, request, (answer) => {
      const throttled = throttledAnswer(this.#broker, request, answer);
      const goOn = (): void => {
        this.#busy = false;
        this.#next();
      };
      this.#answer(throttled?.answer ?? answer, request.kind);
      // The client is told at once, and the connection is read on later (KIP-219).
      if (throttled === undefined) goOn();
      else this.#broker.later('quota', throttled.throttleMs, goOn);
    });
  }
}

/** What a client that is over its quota gets; undefined for one that is not. A fetch then brings nothing. */
function throttledAnswer(
  { site }: ModelBroker,
  request: ModelRequest,
  answer: ModelAnswer,
): { readonly answer: ModelAnswer; readonly throttleMs: number } | undefined {
  if (request.kind === 'produce') {
    const records = request.body.topics.flatMap(({ partitions }) => partitions);
    const bytes = records.reduce((sum, each) => sum + each.records.length, 0);
    const throttleMs = site.throttleMs('produce', bytes);
    return throttleMs > 0
      ? { answer: { ...(answer as messages.ProduceResponse), throttleMs }, throttleMs }
      : undefined;
  }
  if (request.kind !== 'fetch') return undefined;
  const fetched = answer as FetchAnswer;
  const bytes = fetched.partitions.reduce((sum, each) => sum + each.answer.records.length, 0);
  const throttleMs = site.throttleMs('fetch', bytes);
  return throttleMs > 0 ? { answer: { ...fetched, throttleMs, partitions: [] }, throttleMs } : undefined;
}

/** Answers one request, at once or when its time has come. */
export function serve(
  broker: ModelBroker,
  request: ModelRequest,
  respond: (answer: ModelAnswer) => void,
): void {
  switch (request.kind) {
    case 'hello':
      return respond(true);
    case 'metadata':
      return respond(handleMetadata(broker, request.body, broker.site.brokerIds));
    case 'fetch':
      return handleFetch(broker, request.body, respond);
    case 'produce':
      return handleProduce(broker, request.body, request.transactionalId, respond);
    case 'listOffsets':
      return respond(handleListOffsets(broker, request.body));
    case 'describeProducers':
      return respond(handleDescribeProducers(broker, request.body));
    case 'offsetForLeaderEpoch':
      return respond(handleOffsetForLeaderEpoch(broker, request.body));
    case 'initProducerId':
      return broker.coordinator.initProducerId(request.body, respond);
    case 'findCoordinator':
      return respond(handleFindCoordinator(broker));
    case 'writeTxnMarkers':
      return handleWriteTxnMarkers(broker, request.body, respond);
    case 'addPartitionsToTxn':
      return handleAddPartitions(broker, request.body, respond);
    case 'endTxn':
      return broker.coordinator.end(request.body, (errorCode) => respond({ errorCode }));
    case 'describeTransactions':
      return respond(request.body.map((id) => broker.coordinator.describe(id)));
    case 'deleteRecords':
      return handleDeleteRecords(broker, request.body, respond);
  }
}
