// Producer ids and transactional ids of a model cluster, without transactions: InitProducerId as its
// coordinator answers it (Kafka's TransactionCoordinator.handleInitProducerId).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { InitProducerIdRequest, InitProducerIdResponse } from '../../src/kafka/wire/messages.ts';

interface Holder {
  producerId: bigint;
  epoch: number;
  /** What the holder had before its last rise by name, and may still name when it repeats the request. */
  last: { producerId: bigint; epoch: number } | undefined;
}

/** `transaction.max.timeout.ms`. */
const timeoutMsMax = 900_000;
/** The epoch above which an id is given up for a new one. */
const epochMax = 0x7fff - 1;

export class ProducerIds {
  readonly #holders = new Map<string, Holder>();
  #next: bigint;

  constructor(firstId: bigint) {
    this.#next = firstId;
  }

  init(request: InitProducerIdRequest): InitProducerIdResponse {
    const { transactionalId } = request;
    if (namesHalf(request)) return refused(kafkaError.INVALID_REQUEST);
    if (transactionalId === undefined) return granted(this.#nextId(), 0);
    if (transactionalId === '') return refused(kafkaError.INVALID_REQUEST);
    if (request.transactionTimeoutMs <= 0 || request.transactionTimeoutMs > timeoutMsMax) {
      return refused(kafkaError.INVALID_TRANSACTION_TIMEOUT);
    }
    const holder = this.#holders.get(transactionalId);
    if (holder === undefined) return this.#open(transactionalId);
    return request.producerId < 0n ? this.#rise(holder, undefined) : this.#riseByName(holder, request);
  }

  /** A transactional id that is seen first: what it names of an id does not matter. */
  #open(transactionalId: string): InitProducerIdResponse {
    const producerId = this.#nextId();
    this.#holders.set(transactionalId, { producerId, epoch: 0, last: undefined });
    return granted(producerId, 0);
  }

  #riseByName(holder: Holder, named: InitProducerIdRequest): InitProducerIdResponse {
    const { last } = holder;
    const repeats = last?.producerId === named.producerId && last.epoch === named.producerEpoch;
    if (repeats) return granted(holder.producerId, holder.epoch);
    if (named.producerId !== holder.producerId || named.producerEpoch !== holder.epoch) {
      return refused(kafkaError.PRODUCER_FENCED);
    }
    return this.#rise(holder, { producerId: holder.producerId, epoch: holder.epoch });
  }

  #rise(holder: Holder, last: Holder['last']): InitProducerIdResponse {
    holder.last = last;
    if (holder.epoch >= epochMax) {
      holder.producerId = this.#nextId();
      holder.epoch = 0;
    } else holder.epoch += 1;
    return granted(holder.producerId, holder.epoch);
  }

  #nextId(): bigint {
    const id = this.#next;
    this.#next += 1n;
    return id;
  }
}

/** An id without an epoch or an epoch without an id. */
const namesHalf = ({ producerId, producerEpoch }: InitProducerIdRequest): boolean =>
  producerId < 0n !== producerEpoch < 0;

const granted = (producerId: bigint, producerEpoch: number): InitProducerIdResponse => ({
  errorCode: kafkaError.NONE,
  producerId,
  producerEpoch,
});
const refused = (errorCode: number): InitProducerIdResponse => ({
  errorCode,
  producerId: -1n,
  producerEpoch: -1,
});
