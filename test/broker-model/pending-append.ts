// Appends of one request that wait for the high watermark, as acks=all does (Kafka's DelayedProduce).
import type { Timer } from '../../src/base/clock.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { BrokerFace } from './broker-face.ts';
import type { Replica } from './replica.ts';
import type { Appended } from './replica-site.ts';

/** Answered already, or appended and waiting. */
export interface PendingAppend {
  readonly replica: Replica | undefined;
  readonly term: number;
  /** The high watermark that shows it. */
  readonly required: bigint;
  errorCode: number;
  done: boolean;
}

/** What an append at `replica` waits for; done where nothing was appended, or all in sync have it already. */
export function pendingAppend(replica: Replica, { errorCode, required }: Appended): PendingAppend {
  const done = errorCode !== kafkaError.NONE;
  const pending = { replica, term: replica.term, required, errorCode, done };
  settle(pending);
  return pending;
}

/** Calls `then` once all of them are committed, never will be by their leaders, or have waited too long. */
export function awaitAppends(
  broker: BrokerFace,
  appends: readonly PendingAppend[],
  wait: { readonly timeoutMs: number; readonly label: string },
  then: () => void,
): void {
  const replicas = new Set<Replica>();
  const waiting: { timer?: Timer } = {};
  const look = (): boolean => {
    for (const each of appends) settle(each);
    if (appends.some((each) => !each.done)) return false;
    finish();
    return true;
  };
  const finish = (): void => {
    waiting.timer?.cancel();
    for (const replica of replicas) replica.cease(look);
    then();
  };
  if (look()) return;
  waiting.timer = broker.later(wait.label, wait.timeoutMs, () => {
    for (const each of appends) if (!each.done) each.errorCode = kafkaError.REQUEST_TIMED_OUT;
    finish();
  });
  for (const { replica, done } of appends) if (!done && replica !== undefined) replicas.add(replica);
  for (const replica of replicas) replica.await(look);
}

function settle(append: PendingAppend): void {
  const { replica } = append;
  if (append.done || replica === undefined) return;
  if (!replica.isLeader || replica.term !== append.term) {
    append.errorCode = kafkaError.NOT_LEADER_OR_FOLLOWER;
    append.done = true;
  } else if (replica.highWatermark >= append.required) {
    if (replica.belowMinimum) append.errorCode = kafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
    append.done = true;
  }
}
