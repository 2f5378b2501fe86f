// Carries out one action of a plan. Each is idempotent.
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { ClusterAdmin } from '../../kafka/admin/cluster-admin.ts';
import { rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { lackText } from '../../kafka/acl/right.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { TopicCluster } from '../../kafka/client/topic-calls.ts';
import { kafkaError, kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import type { ObservedTopic } from '../../ledger/records.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';
import type { Action, DecideTopic, DeleteTopic } from './actions.ts';
import { confirmSource } from './confirm-source.ts';
import { openGeneration } from './open-generation.ts';

/** The target of the actions. */
export interface Hands {
  readonly region: string;
  readonly cluster: KafkaCluster & TopicCluster;
  /** The cluster of another region, to ask before something is deleted because of it. */
  readonly clusterOf: (region: string) => TopicCluster;
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
    case 'delete-topic':
      return deleteTopic(hands, action);
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

async function deleteTopic(hands: Hands, action: DeleteTopic): Promise<void> {
  const { region, cluster, clusterOf } = hands;
  await confirmSource(region, clusterOf(action.source.region), action);
  const { topic, topicId } = action;
  const { errorCode, errorMessage } = await cluster.deleteTopic(topicId);
  if (errorCode === kafkaError.NONE || errorCode === kafkaError.UNKNOWN_TOPIC_ID) return;
  const name = kafkaErrorName(errorCode);
  const said = errorMessage === undefined ? name : `${name} (${errorMessage})`;
  const details = { region, topic };
  if (errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED) {
    const right = { ...rightOfRequest.DeleteTopics, resource: topic };
    const lack = lackText(right, cluster.account, `${said} answered to DeleteTopics`);
    throw new CausewayError('CW-3010', `${region}: ${lack}`, details);
  }
  throw new CausewayError('CW-3009', `${region}: could not delete the topic ${topic}: ${said}`, details);
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
    sourceClusterId: before?.sourceClusterId,
    targetTopicId: before?.targetTopicId,
    partitions: before?.partitions,
    observedAtMs: nowMs,
  };
}
