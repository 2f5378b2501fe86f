// A transactional id as its coordinator keeps it, and what each request makes of it: pure (Kafka's
// TransactionMetadata, TransactionCoordinator.prepareInitProducerIdTransit and endTransaction).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';

export interface TransactionPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's names, as DescribeTransactions tells them. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort';

export interface Transaction {
  readonly state: TransactionState;
  readonly producerId: bigint;
  /** -1 before the first InitProducerId is through. */
  readonly producerEpoch: number;
  readonly previousProducerId: bigint;
  /** What a holder may name once more when it repeats its request (KIP-360); -1 for none. */
  readonly lastProducerEpoch: number;
  /** The id that follows when this one has no epochs left; -1 for none. */
  readonly nextProducerId: bigint;
  readonly timeoutMs: number;
  readonly partitions: readonly TransactionPartition[];
  /** -1 while no transaction has begun. */
  readonly startMs: number;
  readonly updatedMs: number;
  /** Whether its end raises the epoch (KIP-890, transaction.version 2). */
  readonly raises: boolean;
}

/** An error, or the transaction as it has to be written to the log; `same` where nothing changes. */
export type Transition =
  | { readonly kind: 'error'; readonly errorCode: number }
  | { readonly kind: 'same' }
  | { readonly kind: 'next'; readonly next: Transaction };

export interface Named {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** `transactional.id.expiration.ms`. */
const forgottenAfterMs = 7 * 24 * 60 * 60 * 1_000;
/** The epoch at which an id is given up for a new one. */
const epochMax = 0x7fff - 1;

export const newTransaction = (producerId: bigint, timeoutMs: number, nowMs: number): Transaction => ({
  state: 'Empty',
  producerId,
  producerEpoch: -1,
  previousProducerId: -1n,
  lastProducerEpoch: -1,
  nextProducerId: -1n,
  timeoutMs,
  partitions: [],
  startMs: -1,
  updatedMs: nowMs,
  raises: false,
});

export const isEnding = ({ state }: Transaction): boolean =>
  state === 'PrepareCommit' || state === 'PrepareAbort';

export const isForgotten = (held: Transaction, nowMs: number): boolean =>
  held.state !== 'Ongoing' && !isEnding(held) && held.updatedMs + forgottenAfterMs <= nowMs;

/** InitProducerId where no transaction is open. `named` is undefined for "whatever it is". */
export function initialised(
  held: Transaction,
  named: Named | undefined,
  parts: { readonly timeoutMs: number; readonly nowMs: number; readonly newId: () => bigint },
): Transition {
  const { producerEpoch: epoch } = held;
  const begin = { state: 'Empty', partitions: [], startMs: -1, nextProducerId: -1n } as const;
  const base = { ...held, ...begin, timeoutMs: parts.timeoutMs, updatedMs: parts.nowMs };
  const previousProducerId = held.producerId;
  if (epoch >= epochMax && (named === undefined || named.producerEpoch === epoch)) {
    const lastProducerEpoch = named === undefined ? -1 : epoch;
    return next({
      ...base,
      producerId: parts.newId(),
      previousProducerId,
      producerEpoch: 0,
      lastProducerEpoch,
    });
  }
  if (named === undefined || epoch < 0 || named.producerEpoch === epoch) {
    const lastProducerEpoch = named === undefined ? -1 : epoch;
    return next({ ...base, previousProducerId, producerEpoch: epoch + 1, lastProducerEpoch });
  }
  // The repeat of a request that went through.
  if (named.producerEpoch === held.lastProducerEpoch) return next({ ...base, previousProducerId });
  return error(kafkaError.PRODUCER_FENCED);
}

/** Whether an InitProducerId that names an id comes from its holder; the epoch is looked at later. */
export const isHolder = (held: Transaction, { producerId, producerEpoch }: Named): boolean =>
  held.producerEpoch < 0 ||
  producerId === held.producerId ||
  (producerId === held.previousProducerId && producerEpoch >= epochMax);

export function withPartitions(
  held: Transaction,
  named: Named,
  added: readonly TransactionPartition[],
  nowMs: number,
): Transition {
  if (held.producerId !== named.producerId) return error(kafkaError.INVALID_PRODUCER_ID_MAPPING);
  if (held.producerEpoch !== named.producerEpoch) return error(kafkaError.PRODUCER_FENCED);
  if (isEnding(held)) return error(kafkaError.CONCURRENT_TRANSACTIONS);
  const ongoing = held.state === 'Ongoing';
  const before = ongoing ? held.partitions : [];
  const fresh = added.filter((each) => !includes(before, each));
  if (ongoing && fresh.length === 0) return { kind: 'same' };
  const startMs = ongoing ? held.startMs : nowMs;
  const partitions = [...before, ...fresh];
  return next({ ...held, state: 'Ongoing', partitions, startMs, updatedMs: nowMs, raises: false });
}

/** EndTxn of a client of version 4 or below, which keeps the epoch. */
export function endedByClient(
  held: Transaction,
  named: Named,
  committed: boolean,
  nowMs: number,
): Transition {
  if (held.producerId !== named.producerId) return error(kafkaError.INVALID_PRODUCER_ID_MAPPING);
  const raised = held.raises && isEnding(held);
  const names = named.producerEpoch + (raised ? 1 : 0) === held.producerEpoch;
  if (!names) return error(kafkaError.PRODUCER_FENCED);
  switch (held.state) {
    case 'Ongoing': {
      const state = committed ? 'PrepareCommit' : 'PrepareAbort';
      return next({ ...held, state, updatedMs: nowMs, raises: false });
    }
    case 'CompleteCommit':
    case 'CompleteAbort':
      return (held.state === 'CompleteCommit') === committed
        ? { kind: 'same' }
        : error(kafkaError.INVALID_TXN_STATE);
    case 'PrepareCommit':
    case 'PrepareAbort':
      return (held.state === 'PrepareCommit') === committed
        ? error(kafkaError.CONCURRENT_TRANSACTIONS)
        : error(kafkaError.INVALID_TXN_STATE);
    case 'Empty':
      return error(kafkaError.INVALID_TXN_STATE);
  }
}

/** The coordinator itself ends an open transaction, at a raised epoch. */
export function fenced(
  held: Transaction,
  parts: { readonly nowMs: number; readonly raises: boolean; readonly newId: () => bigint },
): Transaction {
  return {
    ...held,
    state: 'PrepareAbort',
    producerEpoch: held.producerEpoch + 1,
    lastProducerEpoch: parts.raises ? held.producerEpoch : -1,
    nextProducerId: parts.raises && held.producerEpoch >= epochMax ? parts.newId() : -1n,
    updatedMs: parts.nowMs,
    raises: parts.raises,
  };
}

/** All markers are written. */
export function completed(held: Transaction, nowMs: number): Transaction {
  const state = held.state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort';
  const rotated = held.nextProducerId >= 0n;
  return {
    ...held,
    state,
    ...(rotated
      ? { producerId: held.nextProducerId, previousProducerId: held.producerId, producerEpoch: 0 }
      : {}),
    nextProducerId: -1n,
    partitions: [],
    updatedMs: nowMs,
    raises: false,
  };
}

/** Whether a transactional batch may be written: what a leader asks the coordinator (KIP-890). */
export function verified(held: Transaction, named: Named, partition: TransactionPartition): number {
  if (held.producerId !== named.producerId) return kafkaError.INVALID_PRODUCER_ID_MAPPING;
  if (held.producerEpoch !== named.producerEpoch) return kafkaError.PRODUCER_FENCED;
  if (isEnding(held)) return kafkaError.CONCURRENT_TRANSACTIONS;
  return includes(held.partitions, partition) ? kafkaError.NONE : kafkaError.TRANSACTION_ABORTABLE;
}

export const isSamePartition = (a: TransactionPartition, b: TransactionPartition): boolean =>
  a.topic === b.topic && a.partition === b.partition;
const includes = (all: readonly TransactionPartition[], one: TransactionPartition): boolean =>
  all.some((each) => isSamePartition(each, one));

const next = (transaction: Transaction): Transition => ({ kind: 'next', next: transaction });
const error = (errorCode: number): Transition => ({ kind: 'error', errorCode });
