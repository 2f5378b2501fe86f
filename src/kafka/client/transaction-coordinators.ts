// What the coordinators of transactional ids are asked (KIP-98). What passes by itself is tried again:
// elections, restarts, a coordinator that loads, a transaction that is still being ended.
import { Backoff, type BackoffLimits } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import { type Random, systemRandom } from '../../base/random.ts';
import type { BrokerConnection, KafkaCluster } from './cluster.ts';
import { CoordinatorLookup } from './coordinator-lookup.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import type {
  AddedPartition,
  AddPartitionsToTxnRequest,
  DescribedTransaction,
  EndTxnRequest,
} from '../wire/messages.ts';

export type CoordinatorCall =
  | 'FindCoordinator'
  | 'InitProducerId'
  | 'AddPartitionsToTxn'
  | 'EndTxn'
  | 'DescribeTransactions';

/** `errorCode` is that of `call`, the last one made: NONE, or one that waiting does not mend. */
export interface CoordinatorAnswer {
  readonly call: CoordinatorCall;
  readonly errorCode: number;
}
/** Id and epoch are -1 unless the error is NONE. */
export interface ProducerIdAnswer extends CoordinatorAnswer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
/** One partition with an error keeps all others from being added. */
export interface AddedPartitionsAnswer extends CoordinatorAnswer {
  readonly partitions: readonly AddedPartition[];
}
export interface TransactionAnswer extends CoordinatorAnswer {
  readonly transaction: DescribedTransaction | undefined;
}

export interface ProducerIdQuestion {
  readonly transactionalId: string;
  /** Who is thought to hold the id; anybody else is answered PRODUCER_FENCED (KIP-360). */
  readonly holder?: { readonly producerId: bigint; readonly producerEpoch: number };
  /** After it the coordinator aborts a transaction that is still open. */
  readonly transactionTimeoutMs?: number;
}

export interface CoordinatorLimits extends BackoffLimits {
  /** No try begins later than that after the first one. */
  readonly giveUpMs: number;
}

/** The first delay is about what a coordinator takes to end a transaction. */
const defaultCoordinatorLimits: CoordinatorLimits = { giveUpMs: 10_000, delayMsMin: 4, delayMsMax: 1_000 };
/** Brokers allow it unless told otherwise (`transaction.max.timeout.ms`). */
const transactionTimeoutMsDefault = 60_000;
const nobody = { producerId: -1n, producerEpoch: -1 };

/** Another broker may coordinate the id by now. */
const movedCodes: ReadonlySet<number> = new Set([
  kafkaError.COORDINATOR_NOT_AVAILABLE,
  kafkaError.COORDINATOR_LOAD_IN_PROGRESS,
  kafkaError.NOT_COORDINATOR,
]);
const passes = (errorCode: number): boolean =>
  movedCodes.has(errorCode) || errorCode === kafkaError.CONCURRENT_TRANSACTIONS;
/** Brokers and connections that come back. */
const passingErrors: ReadonlySet<string> = new Set(['CW-3001', 'CW-3002', 'CW-3003', 'CW-3004']);

export interface TransactionCoordinatorsParts {
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  readonly random?: Random;
  readonly limits?: Partial<CoordinatorLimits>;
}

interface Question<T> {
  readonly transactionalId: string;
  readonly call: CoordinatorCall;
  readonly send: (coordinator: BrokerConnection) => Promise<T>;
  readonly codeOf: (answer: T) => number;
}

/** What one try came to; `answer` is there once the coordinator has been asked. */
interface Outcome<T> extends CoordinatorAnswer {
  readonly answer: T | undefined;
  readonly error?: CausewayError;
}

/**
 * Every call throws CW-3017 when it has tried for too long, and what a connection throws that will not pass.
 * Each may be repeated: a coordinator recognises what it has done already.
 */
export class TransactionCoordinators {
  readonly #parts: TransactionCoordinatorsParts;
  readonly #limits: CoordinatorLimits;
  readonly #lookup: CoordinatorLookup;
  readonly #closing = new AbortController();

  constructor(parts: TransactionCoordinatorsParts) {
    this.#parts = parts;
    this.#limits = { ...defaultCoordinatorLimits, ...parts.limits };
    this.#lookup = new CoordinatorLookup(parts.cluster);
  }

  /** Raises the epoch of the id; a transaction that is open under it is aborted first. */
  async initProducerId(question: ProducerIdQuestion): Promise<ProducerIdAnswer> {
    const { transactionalId, holder = nobody } = question;
    const { transactionTimeoutMs = transactionTimeoutMsDefault } = question;
    const request = { transactionalId, transactionTimeoutMs, ...holder };
    const { call, errorCode, answer } = await this.#ask({
      transactionalId,
      call: 'InitProducerId',
      send: (coordinator) => coordinator.initProducerId(request),
      codeOf: (each) => each.errorCode,
    });
    const { producerId, producerEpoch } = answer ?? nobody;
    return { call, errorCode, producerId, producerEpoch };
  }

  async addPartitionsToTxn(request: AddPartitionsToTxnRequest): Promise<AddedPartitionsAnswer> {
    const { call, errorCode, answer } = await this.#ask({
      transactionalId: request.transactionalId,
      call: 'AddPartitionsToTxn',
      send: (coordinator) => coordinator.addPartitionsToTxn(request),
      codeOf: (partitions) => partitions.map((each) => each.errorCode).find(isCause) ?? kafkaError.NONE,
    });
    return { call, errorCode, partitions: answer ?? [] };
  }

  /** Answered before the control records are in the logs. */
  async endTxn(request: EndTxnRequest): Promise<CoordinatorAnswer> {
    const { call, errorCode } = await this.#ask({
      transactionalId: request.transactionalId,
      call: 'EndTxn',
      send: (coordinator) => coordinator.endTxn(request),
      codeOf: (each) => each.errorCode,
    });
    return { call, errorCode };
  }

  async describeTransaction(transactionalId: string): Promise<TransactionAnswer> {
    const { call, errorCode, answer } = await this.#ask({
      transactionalId,
      call: 'DescribeTransactions',
      send: (coordinator) => coordinator.describeTransactions([transactionalId]),
      codeOf: ([each]) => each?.errorCode ?? kafkaError.TRANSACTIONAL_ID_NOT_FOUND,
    });
    return { call, errorCode, transaction: errorCode === kafkaError.NONE ? answer?.[0] : undefined };
  }

  /** Ends every connection; calls under way reject with CW-3003. Idempotent. */
  close(): void {
    this.#closing.abort(new CausewayError('CW-3003', 'the connections to coordinators were closed'));
    this.#lookup.close();
  }

  async #ask<T>(question: Question<T>): Promise<Outcome<T>> {
    const { clock, random = systemRandom } = this.#parts;
    const { signal } = this.#closing;
    const backoff = new Backoff(this.#limits, random);
    const untilMs = clock.monotonicMs() + this.#limits.giveUpMs;
    for (let tries = 1; ; tries += 1) {
      signal.throwIfAborted();
      const outcome = await this.#try(question, tries);
      if (outcome.error === undefined && !passes(outcome.errorCode)) return outcome;
      const delayMs = backoff.nextDelayMs();
      if (clock.monotonicMs() + delayMs > untilMs) throw this.#gaveUp(question, outcome, tries);
      await clock.sleep(delayMs, signal);
    }
  }

  async #try<T>({ transactionalId, call, send, codeOf }: Question<T>, tries: number): Promise<Outcome<T>> {
    let asking: CoordinatorCall = 'FindCoordinator';
    try {
      const found = await this.#lookup.find(transactionalId, tries > 1);
      if (found.errorCode !== kafkaError.NONE) {
        return { call: asking, errorCode: found.errorCode, answer: undefined };
      }
      asking = call;
      const answer = await send(await this.#lookup.connectionTo(found.nodeId));
      const errorCode = codeOf(answer);
      if (movedCodes.has(errorCode)) this.#lookup.forget(transactionalId);
      return { call, errorCode, answer };
    } catch (error) {
      this.#lookup.forget(transactionalId);
      if (!(error instanceof CausewayError) || !passingErrors.has(error.code)) throw error;
      return { call: asking, errorCode: kafkaError.NETWORK_EXCEPTION, answer: undefined, error };
    }
  }

  #gaveUp<T>({ transactionalId }: Question<T>, outcome: Outcome<T>, tries: number): CausewayError {
    const { call, errorCode, error } = outcome;
    const said =
      error === undefined ? `${kafkaErrorName(errorCode)} answered to ${call}` : describeError(error);
    const tried = `at try ${tries} within ${this.#limits.giveUpMs} ms`;
    const text = `transactional id ${transactionalId}: ${said}, ${tried}`;
    return new CausewayError('CW-3017', text, { transactionalId }, error);
  }
}

/** What is left out because of another partition is no cause. */
const isCause = (errorCode: number): boolean =>
  errorCode !== kafkaError.NONE && errorCode !== kafkaError.OPERATION_NOT_ATTEMPTED;
