// Creates the three control topics of a region where they are missing, and refuses those that would forget.
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { ClusterAdmin } from '../kafka/admin/cluster-admin.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import type { ClusterView } from '../kafka/wire/messages.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { ledgerRefusal } from './ledger-refusal.ts';
import { partitionFault, settingFault, type TopicFault } from './topic-faults.ts';
import { isCompacted, type LedgerTopic, ledgerTopics } from './topic-names.ts';

export interface LedgerSite {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly admin: ClusterAdmin;
  readonly clock: Clock;
}

const replicationFactorMax = 3;
const mebibyte = 1024 * 1024;
/** A topology of 100,000 topics fits into one record. */
const recordBytesMax = 16 * mebibyte;
/** How long the leaders of new topics are waited for. */
const leaderWaitMs = 30_000;
const lookEveryMs = 100;

/**
 * Idempotent. Resolves with the topics that were created, once each of the three has a leader. Throws
 * CW-4002, CW-4005, CW-4009 and what the admin throws; nothing is created then that a second call would not
 * need.
 */
export async function ensureLedgerTopics(site: LedgerSite): Promise<readonly LedgerTopic[]> {
  const before = await lookAtTopics(site);
  const missing = ledgerTopics.filter((topic) =>
    before.topics.some(
      ({ name, errorCode }) => name === topic && errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION,
    ),
  );
  const replicationFactor = Math.min(replicationFactorMax, before.brokers.length);
  for (const topic of missing) {
    const settings = settingsOf(topic, replicationFactor);
    await site.admin.createTopic({ name: topic, partitions: 1, replicationFactor, settings });
  }
  if (missing.length > 0) await awaitLeaders(site);
  await refuseForgetful(site, await lookAtTopics(site));
  return missing;
}

/** By their names: a list of all topics would pass over those that may not be seen. Throws CW-4004. */
async function lookAtTopics({ cluster, region }: LedgerSite): Promise<ClusterView> {
  const view = await cluster.metadata(ledgerTopics);
  for (const { name, errorCode } of view.topics) {
    if (errorCode !== kafkaError.TOPIC_AUTHORIZATION_FAILED) continue;
    throw ledgerRefusal({ cluster, region, topic: name }, errorCode, 'Metadata');
  }
  return view;
}

function settingsOf(topic: LedgerTopic, replicationFactor: number): ReadonlyMap<string, string> {
  const settings = new Map([
    ['compression.type', 'producer'],
    ['max.message.bytes', String(recordBytesMax)],
    ['min.insync.replicas', String(Math.max(1, replicationFactor - 1))],
    ['unclean.leader.election.enable', 'false'],
  ]);
  if (isCompacted(topic)) {
    settings.set('cleanup.policy', 'compact');
    // Observations are written every second under the same keys: small segments keep the log short.
    settings.set('segment.bytes', String(16 * mebibyte));
    settings.set('min.cleanable.dirty.ratio', '0.1');
  } else {
    settings.set('cleanup.policy', 'delete');
    settings.set('retention.ms', '-1');
    settings.set('retention.bytes', '-1');
  }
  return settings;
}

async function awaitLeaders(site: LedgerSite): Promise<void> {
  const { region, clock } = site;
  const untilMs = clock.monotonicMs() + leaderWaitMs;
  for (;;) {
    const { topics } = await lookAtTopics(site);
    const open = topics.filter((topic) => topic.errorCode !== 0 || (topic.partitions[0]?.leaderId ?? -1) < 0);
    if (open.length === 0) return;
    if (clock.monotonicMs() >= untilMs) {
      const names = open.map(({ name }) => name).join(', ');
      throw new CausewayError('CW-4002', `${region}: no leader for ${names} after ${leaderWaitMs / 1000} s`, {
        region,
      });
    }
    await clock.sleep(lookEveryMs);
  }
}

async function refuseForgetful({ region, admin }: LedgerSite, view: ClusterView): Promise<void> {
  const refuse = (topic: LedgerTopic, fault: TopicFault | undefined) => {
    if (fault === undefined) return;
    throw new CausewayError(fault.code, `${region}: ${fault.message}`, { region, topic });
  };
  for (const topic of ledgerTopics) {
    const found = view.topics.find(({ name }) => name === topic);
    const isThere = found?.errorCode === kafkaError.NONE;
    refuse(topic, partitionFault(topic, isThere ? found.partitions.length : 0));
  }
  const described = await admin.topicSettings(ledgerTopics);
  for (const topic of ledgerTopics) refuse(topic, settingFault(topic, described.get(topic)));
}
