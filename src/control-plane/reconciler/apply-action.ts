// Carries out one action of a plan. Each is idempotent.
import type { Clock } from '../../base/clock.ts';
import type { ClusterAdmin } from '../../kafka/admin/cluster-admin.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ObservedTopic } from '../../ledger/records.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';
import type { Action, DecideTopic } from './actions.ts';
import { openGeneration } from './open-generation.ts';

/** The target of the actions. */
export interface Hands {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly admin: ClusterAdmin;
  readonly ledger: LedgerWriter;
  readonly clock: Clock;
}

/** `before` is what was decided last about the action's topic. Throws CausewayError. */
export async function applyAction(hands: Hands, action: Action, before?: ObservedTopic): Promise<void> {
  const { admin, ledger, clock } = hands;
  switch (action.kind) {
    case 'open-generation':
      return openGeneration(hands, action.set, action.generation);
    case 'create-topic':
      return admin.createTopic(action.topic);
    case 'add-partitions':
      return admin.raisePartitions(action.topic, action.to);
    case 'set-settings':
      return admin.setTopicSettings(action.topic, new Map(action.changes.map(({ name, to }) => [name, to])));
    case 'mirror-topic':
    case 'keep-topic':
    case 'refuse-topic':
    case 'leave-topic':
      await ledger.write('causeway.observed', [recordOf(action, clock.wallMs(), before)]);
  }
}

function recordOf({ decision }: DecideTopic, nowMs: number, before?: ObservedTopic): ObservedTopic {
  const { cause } = decision;
  if (cause === undefined) return { ...decision, cause: undefined, observedAtMs: nowMs };
  return { ...decision, cause: { ...cause, sinceMs: sinceOf(cause, nowMs, before) }, observedAtMs: nowMs };
}

/** The same cause lasts since it was first recorded. */
const sinceOf = (cause: { readonly code: string }, nowMs: number, before?: ObservedTopic): number =>
  before?.cause?.code === cause.code ? before.cause.sinceMs : nowMs;

/** What is recorded of a topic that an action failed for: it stays what it was, with the cause. */
export function failureRecord(
  region: string,
  action: Action,
  topic: string,
  cause: { readonly code: string; readonly message: string },
  nowMs: number,
  before?: ObservedTopic,
): ObservedTopic {
  return {
    kind: 'topic',
    set: action.set,
    topic,
    target: region,
    state: before?.state === 'mirrored' ? 'mirrored' : 'refused',
    cause: { ...cause, sinceMs: sinceOf(cause, nowMs, before) },
    sourceTopicId: before?.sourceTopicId,
    targetTopicId: before?.targetTopicId,
    partitions: before?.partitions,
    observedAtMs: nowMs,
  };
}
