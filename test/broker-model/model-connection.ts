// A client's connection to one broker of the model: requests and answers travel as events of the scheduler,
// in order on each way; deadlines and broken connections look to the client as real ones do.
import type { Timer } from '../../src/base/clock.ts';
import { CausewayError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import type * as messages from '../../src/kafka/wire/messages.ts';
import type { FetchAnswer } from './handle-fetch.ts';
import type { ModelBroker } from './model-broker.ts';
import type { ModelMemory } from './model-memory.ts';
import type { ModelRequest } from './model-types.ts';
import { type AnswerOf, type ModelAnswer, ServedConnection } from './serve.ts';

interface Pending {
  readonly deadline: Timer;
  readonly resolve: (answer: ModelAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface ConnectionParts {
  readonly name: string;
  /** The client's process. */
  readonly owner: string;
  readonly broker: ModelBroker;
  readonly link: string;
  readonly memory: ModelMemory;
  /** How much longer a message takes now. */
  readonly slowedMs: () => number;
  /** A request has been answered that brought or changed something. */
  readonly onAnswer: () => void;
  readonly onClose: (connection: ModelConnection) => void;
}

export class ModelConnection implements BrokerConnection {
  readonly brokerId: number;
  readonly name: string;
  readonly link: string;
  /** The path may be cut as a whole, by either side’s trouble, or one way. */
  readonly requestLinks: readonly string[];
  readonly answerLinks: readonly string[];
  readonly unsentBytes = 0;
  closed = false;
  readonly #parts: ConnectionParts;
  /** The broker's process at the time of connecting; a later one knows nothing of this connection. */
  readonly #brokerOwner: string;
  readonly #served: ServedConnection;
  readonly #pending: Pending[] = [];
  readonly #random: Random;
  #lastProduce: { readonly request: ModelRequest; readonly atMs: number } | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.#random = parts.broker.site.randomOf(parts.name);
    this.link = parts.link;
    const bothWays = [this.link, `${this.link} cut`];
    this.requestLinks = [...bothWays, `${this.link} >`];
    this.answerLinks = [...bothWays, `${this.link} <`];
    this.brokerId = parts.broker.brokerId;
    this.#brokerOwner = parts.broker.owner;
    this.#served = new ServedConnection(parts.broker, (answer, kind) => this.#deliver(answer, kind));
  }

  /** The client's process. */
  get clientOwner(): string {
    return this.#parts.owner;
  }
  /** The same in all its incarnations. */
  get clientName(): string {
    return this.#parts.owner.replace(/#\d+$/, '');
  }
  get requestChannel(): string {
    return `${this.name}>`;
  }
  get answerChannel(): string {
    return `${this.name}<`;
  }

  /** The first exchange, as a real client asks for the broker's API versions. */
  async open(waitMs: number): Promise<void> {
    await this.#call('hello', { kind: 'hello' }, waitMs);
  }

  metadata(topics: readonly string[] | 'all', waitMs: number): Promise<messages.ClusterView> {
    return this.#call('metadata', { kind: 'metadata', body: topics }, waitMs);
  }
  async fetch(body: messages.FetchRequest): Promise<messages.FetchResponse> {
    const { requestDeadlineMs } = this.#parts.broker.site.settings;
    const answer = await this.#call('fetch', { kind: 'fetch', body }, body.maxWaitMs + requestDeadlineMs);
    return this.#inMemory(answer);
  }
  produce(body: messages.ProduceRequest): Promise<messages.ProduceResponse> {
    const { requestDeadlineMs } = this.#parts.broker.site.settings;
    return this.#call('produce', { kind: 'produce', body: copyOf(body) }, body.timeoutMs + requestDeadlineMs);
  }
  /** Of an application with transactions, which has added the partition to its transaction before. */
  produceInTransaction(
    transactionalId: string,
    body: messages.ProduceRequest,
  ): Promise<messages.ProduceResponse> {
    const waitMs = body.timeoutMs + this.#parts.broker.site.settings.requestDeadlineMs;
    return this.#call('produce', { kind: 'produce', body: copyOf(body), transactionalId }, waitMs);
  }
  listOffsets(body: messages.ListOffsetsRequest): Promise<readonly messages.ListedOffset[]> {
    return this.#call('listOffsets', { kind: 'listOffsets', body });
  }
  describeProducers(
    body: messages.DescribeProducersRequest,
  ): Promise<readonly messages.DescribedPartition[]> {
    return this.#call('describeProducers', { kind: 'describeProducers', body });
  }
  offsetForLeaderEpoch(
    body: messages.OffsetForLeaderEpochRequest,
  ): Promise<readonly messages.EpochEndOffset[]> {
    return this.#call('offsetForLeaderEpoch', { kind: 'offsetForLeaderEpoch', body });
  }
  initProducerId(body: messages.InitProducerIdRequest): Promise<messages.InitProducerIdResponse> {
    return this.#call('initProducerId', { kind: 'initProducerId', body });
  }
  findCoordinator(transactionalId: string): Promise<messages.FindCoordinatorResponse> {
    return this.#call('findCoordinator', { kind: 'findCoordinator', body: transactionalId });
  }

  writeTxnMarkers(body: messages.WriteTxnMarkersRequest): Promise<readonly messages.WrittenMarker[]> {
    const { requestDeadlineMs } = this.#parts.broker.site.settings;
    return this.#call('writeTxnMarkers', { kind: 'writeTxnMarkers', body }, 30_000 + requestDeadlineMs);
  }
  addPartitionsToTxn(body: messages.AddPartitionsToTxnRequest): Promise<readonly messages.AddedPartition[]> {
    return this.#call('addPartitionsToTxn', { kind: 'addPartitionsToTxn', body });
  }
  endTxn(body: messages.EndTxnRequest): Promise<messages.EndTxnResponse> {
    return this.#call('endTxn', { kind: 'endTxn', body });
  }
  describeTransactions(ids: readonly string[]): Promise<readonly messages.DescribedTransaction[]> {
    return this.#call('describeTransactions', { kind: 'describeTransactions', body: ids });
  }
  deleteRecords(body: messages.DeleteRecordsRequest): Promise<readonly messages.TrimmedPartition[]> {
    const { requestDeadlineMs } = this.#parts.broker.site.settings;
    return this.#call('deleteRecords', { kind: 'deleteRecords', body }, body.timeoutMs + requestDeadlineMs);
  }

  /** What was sent before may still arrive and be served. */
  destroy(reason: string): void {
    this.fail(new CausewayError('CW-3003', `${this.name}: ${reason}`, { brokerId: this.brokerId }));
  }

  /** Whether a request is under way. */
  get isWaiting(): boolean {
    return this.#pending.length > 0;
  }
  /** Whether there is a produce request that could arrive once more, and its producer id is not forgotten. */
  get hasProduced(): boolean {
    const { broker } = this.#parts;
    const last = this.#lastProduce;
    return broker.alive && last !== undefined && last.atMs > broker.forgotAtMs;
  }

  /**
   * The last produce request arrives once more, as from a middlebox, and nobody awaits its answer; false
   * where there was none.
   */
  repeatProduce(delayMs: number): boolean {
    const { broker } = this.#parts;
    if (!this.hasProduced || this.#lastProduce === undefined) return false;
    const { request } = this.#lastProduce;
    const again = new ServedConnection(broker, () => undefined);
    broker.site.scheduler.post({
      delayMs,
      owner: this.#brokerOwner,
      label: `produce of ${this.name} again`,
      fire: () => again.receive(request),
    });
    return true;
  }

  /** Ends the connection for the client: everything under way rejects with `error`. */
  fail(error: CausewayError): void {
    if (this.closed) return;
    this.closed = true;
    this.#parts.onClose(this);
    for (const pending of this.#pending.splice(0)) {
      pending.deadline.cancel();
      pending.reject(error);
    }
  }

  #call<K extends keyof AnswerOf>(
    kind: K,
    request: ModelRequest,
    waitMs = this.#parts.broker.site.settings.requestDeadlineMs,
  ): Promise<AnswerOf[K]> {
    const { owner } = this.#parts;
    const { scheduler } = this.#parts.broker.site;
    if (this.closed) {
      return Promise.reject(new CausewayError('CW-3003', `${this.name} is closed`));
    }
    if (kind === 'produce') this.#lastProduce = { request, atMs: scheduler.nowMs };
    return new Promise((resolve, reject) => {
      const deadline = scheduler.post({
        delayMs: waitMs,
        owner,
        label: `${this.name} ${kind} deadline`,
        fire: () => this.fail(new CausewayError('CW-3004', `${this.name}: no answer to ${kind}`)),
      });
      this.#pending.push({ deadline, resolve: (answer) => resolve(answer as AnswerOf[K]), reject });
      scheduler.post({
        delayMs: this.#delayMs(),
        owner: this.#brokerOwner,
        channel: this.requestChannel,
        links: this.requestLinks,
        // Two reads at one broker may change places without a difference.
        ...(changes.has(kind) ? {} : { strand: this.name }),
        label: `${kind} of ${this.name}`,
        fire: () => this.#served.receive(request),
      });
    });
  }

  #deliver(answer: ModelAnswer, kind: ModelRequest['kind']): void {
    const { owner } = this.#parts;
    const { name } = this.#parts.broker.site;
    if (changes.has(kind) || (kind === 'fetch' && bringsRecords(answer as FetchAnswer)))
      this.#parts.onAnswer();
    const moves = kind === 'fetch' || kind === 'produce';
    this.#parts.broker.site.scheduler.post({
      delayMs: this.#delayMs(),
      owner,
      channel: this.answerChannel,
      links: this.answerLinks,
      // What a worker reads of one cluster has nothing to do with what it reads of the other.
      ...(moves ? {} : { strand: name }),
      label: `answer ${this.name}`,
      fire: () => this.#answered(answer),
    });
  }

  #answered(answer: ModelAnswer): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return; // Closed meanwhile.
    pending.deadline.cancel();
    pending.resolve(answer);
  }

  #inMemory(answer: FetchAnswer): messages.FetchResponse {
    const bytes = Buffer.concat(answer.partitions.map((each) => each.answer.records));
    const topics: { topicId: messages.TopicId; partitions: messages.FetchedPartition[] }[] = [];
    let at = 0;
    for (const { topicId, answer: partition } of answer.partitions) {
      const records = bytes.subarray(at, at + partition.records.length);
      at += partition.records.length;
      const last = topics.at(-1);
      if (last?.topicId === topicId) last.partitions.push({ ...partition, records });
      else topics.push({ topicId, partitions: [{ ...partition, records }] });
    }
    return {
      throttleMs: answer.throttleMs,
      errorCode: answer.errorCode,
      sessionId: answer.sessionId,
      topics,
      lease: this.#parts.memory.lease(bytes),
    };
  }

  #delayMs(): number {
    const { clientDelayMs, jitterMs } = this.#parts.broker.site.settings;
    const jitter = jitterMs > 0 ? this.#random.int(jitterMs * 10) / 10 : 0;
    return clientDelayMs + this.#parts.slowedMs() + jitter;
  }
}

const bringsRecords = ({ partitions }: FetchAnswer): boolean =>
  partitions.some(({ answer }) => answer.records.length > 0);

/** Requests that change what others are answered. */
const changes: ReadonlySet<ModelRequest['kind']> = new Set([
  'produce',
  'initProducerId',
  'writeTxnMarkers',
  'addPartitionsToTxn',
  'endTxn',
  'deleteRecords',
]);

/**
 * The bytes as they are when they are handed over: the caller may use them again after the connection's end.
 */
function copyOf(request: messages.ProduceRequest): messages.ProduceRequest {
  const topics = request.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map(({ partition, records }) => ({
      partition,
      records: Buffer.from(records),
    })),
  }));
  return { ...request, topics };
}
