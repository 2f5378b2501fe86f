// Sees the answers that brokers give to a process of the product, and counts the states that they tell of.
// Looks only; what it counts is in `coverage.ts`.
import { basename } from 'node:path';
import { kafkaError } from '../../../src/kafka/wire/error-codes.ts';
import type {
  FetchResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListedOffset,
  ListOffsetsRequest,
  ProduceResponse,
  WrittenMarker,
} from '../../../src/kafka/wire/messages.ts';
import type { State } from '../coverage.ts';
import type { RequestKind, WireEvent } from './wire-orders.ts';

/** Requests of data that wait for their answer, on one connection. */
interface DataUnderWay {
  count: number;
  isLost: boolean;
}

/** As a leader of before, or one that is still to learn that it leads, answers who names an epoch. */
const leaderChanges: ReadonlySet<number> = new Set([
  kafkaError.NOT_LEADER_OR_FOLLOWER,
  kafkaError.FENCED_LEADER_EPOCH,
  kafkaError.UNKNOWN_LEADER_EPOCH,
]);

const standstillMs = 10_000;
const lookMs = 1_000;
const many = 5;

export class AnswerWatch {
  readonly #write: (event: WireEvent) => void;
  readonly #process: string;
  readonly #data = new WeakMap<object, DataUnderWay>();
  #dataUnderWay = 0;
  /** By partition: a log end that is not known to be committed. */
  readonly #logEnds = new Map<string, bigint>();

  constructor(write: (event: WireEvent) => void, eventsFile: string) {
    this.#write = write;
    this.#process = basename(eventsFile, '.events');
    let lookedMs = performance.now();
    setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - lookedMs > standstillMs && this.#dataUnderWay > 0) this.#saw('woke up with data under way');
      lookedMs = nowMs;
    }, lookMs).unref();
  }

  #saw(state: State): void {
    this.#write({ is: 'state', state });
  }

  underWay<T>(connection: object, kind: RequestKind | undefined, _request: unknown, send: () => Promise<T>) {
    const answered = send();
    if (kind === 'write data') this.#watchData(connection, answered);
    if (kind === 'heartbeat') this.#watchHeartbeat(answered);
    return answered;
  }

  #watchData(connection: object, answered: Promise<unknown>): void {
    const data = this.#data.get(connection) ?? { count: 0, isLost: false };
    this.#data.set(connection, data);
    data.count += 1;
    this.#dataUnderWay += 1;
    const over = () => {
      data.count -= 1;
      this.#dataUnderWay -= 1;
    };
    answered.then(
      (answer) => {
        this.#dataAnswered(data.count, answer as ProduceResponse);
        over();
      },
      () => {
        if (!data.isLost) this.#saw('connection lost with data under way');
        if (!data.isLost && data.count >= many) this.#saw('connection lost with five under way');
        data.isLost = true;
        over();
      },
    );
  }

  #dataAnswered(underWay: number, { partitions, throttleMs }: ProduceResponse): void {
    if (throttleMs > 0) this.#saw('held up by a quota of the target');
    for (const { errorCode, baseOffset } of partitions) {
      switch (errorCode) {
        case kafkaError.NONE:
          break;
        case kafkaError.NOT_LEADER_OR_FOLLOWER:
          this.#saw('leader change with data under way');
          if (underWay >= many) this.#saw('leader change with five under way');
          break;
        case kafkaError.NOT_ENOUGH_REPLICAS:
        case kafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
          this.#saw('too few replicas in sync');
          break;
        case kafkaError.REQUEST_TIMED_OUT:
          if (baseOffset >= 0n) this.#saw('appended and not acknowledged');
          break;
        case kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER:
        case kafkaError.INVALID_PRODUCER_EPOCH:
          this.#saw('refused by the fence');
          break;
        default:
      }
    }
  }

  #watchHeartbeat(answered: Promise<unknown>): void {
    answered.then(
      (answer) => {
        const { errorCode } = answer as { readonly errorCode: number };
        if (errorCode === kafkaError.REBALANCE_IN_PROGRESS && this.#dataUnderWay > 0)
          this.#saw('rebalance with data under way');
        if (errorCode === kafkaError.UNKNOWN_MEMBER_ID) this.#saw('a living worker put out of the group');
      },
      () => this.#saw('heartbeat lost'),
    );
  }

  answered(call: string, request: unknown, answer: unknown): void {
    if (call === 'listOffsets')
      this.#listed(request as ListOffsetsRequest, answer as readonly ListedOffset[]);
    if (call === 'initProducerId')
      this.#idTaken(request as InitProducerIdRequest, answer as InitProducerIdResponse);
    if (call === 'writeTxnMarkers') this.#filled(answer as readonly WrittenMarker[]);
    if (call === 'fetch') this.#fetched(answer as FetchResponse);
  }

  lost(call: string): void {
    if (call === 'writeTxnMarkers' || call === 'endTxn') this.#saw('fillers in doubt');
  }

  #fetched({ throttleMs, topics }: FetchResponse): void {
    if (throttleMs > 0) this.#saw('held up by a quota of the source');
    const codes = topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
    if (codes.some((code) => leaderChanges.has(code))) this.#saw('source leader changed');
  }

  #filled(answers: readonly WrittenMarker[]): void {
    for (const { errorCode } of answers) {
      if (errorCode === kafkaError.NONE) continue;
      this.#saw(
        errorCode === kafkaError.INVALID_PRODUCER_EPOCH ? 'guard lost while filling' : 'fillers in doubt',
      );
    }
  }

  #idTaken(request: InitProducerIdRequest, { errorCode }: InitProducerIdResponse): void {
    const { transactionalId } = request;
    if (errorCode === kafkaError.CONCURRENT_TRANSACTIONS) this.#saw('takeover with an open guard');
    if (errorCode === kafkaError.PRODUCER_FENCED) this.#saw('guard lost while filling');
    if (errorCode === kafkaError.NONE && request.producerId < 0n && transactionalId !== undefined)
      this.#write({ is: 'guard', guard: transactionalId, process: this.#process });
  }

  #listed({ replicaId, topics }: ListOffsetsRequest, answers: readonly ListedOffset[]): void {
    const asked = topics.flatMap(({ partitions }) => partitions.map(({ timestamp }) => timestamp));
    for (const [at, { topic, partition, errorCode, offset }] of answers.entries()) {
      if (errorCode === kafkaError.OFFSET_NOT_AVAILABLE) this.#saw('offset not available after an election');
      if (errorCode === kafkaError.FENCED_LEADER_EPOCH || errorCode === kafkaError.UNKNOWN_LEADER_EPOCH)
        this.#saw('asked under another leader epoch');
      if (errorCode !== kafkaError.NONE || asked[at] !== -1n) continue;
      const key = `${topic}-${partition}`;
      if (replicaId >= 0) this.#logEnds.set(key, offset);
      else if (offset < (this.#logEnds.get(key) ?? -1n)) {
        this.#saw('log end not committed at a start');
        this.#logEnds.delete(key);
      }
    }
  }
}
