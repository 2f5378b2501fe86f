// Looks at the clusters: which topics there are, and of those that matter here their settings, sizes and
// whether they hold anything. A cluster that does not answer is told as such; the others are seen all the
// same.
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { ClusterAdmin } from '../../kafka/admin/cluster-admin.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ClusterView, TopicView } from '../../kafka/wire/messages.ts';
import type { GenerationsOfSet } from '../../ledger/generations.ts';
import type { DesiredPause, ObservedTopic } from '../../ledger/records.ts';
import { compileTopicMatcher, hasStar, type TopicMatcher } from '../../topology/patterns.ts';
import type { Topology } from '../../topology/topology.ts';
import { findHidden } from './hidden-topics.ts';
import { boundsOfTopics } from './log-bounds.ts';
import { topicsWithRecords } from './log-ends.ts';
import {
  type ClusterLook,
  type Denial,
  isSeen,
  type Observation,
  type TopicLook,
  type Unseen,
} from './observation.ts';

export interface Eyes {
  readonly clusterOf: (region: string) => KafkaCluster;
  readonly adminOf: (region: string) => ClusterAdmin;
  readonly clock: Clock;
  /** Whether the sizes of topics that are new are asked for: who shows a plan wants them. */
  readonly wantsSizes?: boolean;
}

export interface Known {
  readonly region: string;
  readonly topology: Topology;
  readonly generations: ReadonlyMap<string, GenerationsOfSet>;
  readonly pauses: readonly DesiredPause[];
  readonly decided: readonly ObservedTopic[];
}

export async function observe(eyes: Eyes, known: Known): Promise<Observation> {
  const { region, topology } = known;
  const sets = [...topology.mirrors.values()].filter(({ to }) => to.includes(region));
  const matchers = sets.map(compileTopicMatcher);
  const isWanted = (topic: string) => matchers.some((matcher) => matcher.matches(topic));
  const sources = new Set(sets.map(({ home }) => home));
  const looks = await Promise.all([
    lookSafely(region, () => lookAtTarget(eyes, known, isWanted)),
    ...[...sources].map((source) => {
      const ofSource = sets.filter(({ home }) => home === source).map(compileTopicMatcher);
      const expected = namesAtSource(known, source);
      return lookSafely(source, () => lookAtSource(eyes, known, source, ofSource, expected));
    }),
  ]);
  const clusters = new Map(looks.map((look) => [look.region, look]));
  const target = clusters.get(region);
  if (isSeen(target)) {
    const expected = namesExpected([...clusters.values()], matchers);
    const look = () => findHidden(eyes.clusterOf(region), target, expected);
    clusters.set(region, await lookSafely(region, async () => ({ ...target, hidden: await look() })));
  }
  return { ...known, clusters };
}

/** What is to be mirrored: should it be at the target, it can be asked for by name. */
function namesExpected(
  looks: readonly (ClusterLook | Unseen)[],
  matchers: readonly TopicMatcher[],
): ReadonlySet<string> {
  const names = looks.flatMap((look) => (isSeen(look) ? [...look.topics.keys()] : []));
  return new Set(names.filter((name) => matchers.some((matcher) => matcher.matches(name))));
}

/** Topics that sets name without a star, and those that were mirrored before. */
function namesAtSource({ region, topology, decided }: Known, source: string): ReadonlySet<string> {
  const sets = [...topology.mirrors.values()].filter(
    ({ home, to }) => home === source && to.includes(region),
  );
  const named = sets.flatMap(({ topics }) => topics.filter((topic) => !hasStar(topic)));
  const ofSource = new Set(sets.map(({ name }) => name));
  const mirrored = decided.filter(({ set, state }) => ofSource.has(set) && state === 'mirrored');
  return new Set([...named, ...mirrored.map(({ topic }) => topic)]);
}

async function lookSafely(region: string, look: () => Promise<ClusterLook>): Promise<ClusterLook | Unseen> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    // The code stands by itself.
    const message = describeError(error).slice(`${error.code} `.length);
    return { region, error: { code: error.code, message } };
  }
}

async function lookAtSource(
  eyes: Eyes,
  { decided }: Known,
  region: string,
  matchers: readonly TopicMatcher[],
  expected: ReadonlySet<string>,
): Promise<ClusterLook> {
  const { look, view } = await lookAtCluster(eyes, region);
  const wanted = view.topics.filter(({ name }) => matchers.some((matcher) => matcher.matches(name)));
  const settingsOf = await lookAtSettings(eyes.adminOf(region), wanted);
  const known = new Set(decided.map(({ topic }) => topic));
  const measured = eyes.wantsSizes === true ? wanted.filter(({ name }) => !known.has(name)) : [];
  const [sizes, bounds] = await Promise.all([
    sizesOf(eyes.adminOf(region), measured),
    orNothing(() => boundsOfTopics(eyes.clusterOf(region), measured)),
  ]);
  const topics = new Map<string, TopicLook>();
  for (const topic of view.topics) {
    const bytes = sizes.get(topic.name);
    const more = { ...settingsOf(topic.name), bytes, bounds: bounds.get(topic.name) };
    topics.set(topic.name, { ...topicLook(topic), ...more });
  }
  const seen = { ...look, topics };
  return { ...seen, hidden: await findHidden(eyes.clusterOf(region), seen, expected) };
}

/** Settings of a topic by its name, or why they may not be read. */
async function lookAtSettings(
  admin: ClusterAdmin,
  topics: readonly TopicView[],
): Promise<(topic: string) => Pick<TopicLook, 'settings' | 'denial'>> {
  const { settings, refused } = await admin.lookAtSettings(topics.map(({ name }) => name));
  return (topic) => {
    const error = refused.get(topic);
    return { settings: settings.get(topic), denial: error === undefined ? undefined : denialOf(error) };
  };
}

const denialOf = ({ code, message }: CausewayError): Denial => ({ code, message });

async function lookAtTarget(eyes: Eyes, { region, decided }: Known, isWanted: (topic: string) => boolean) {
  const { look, view } = await lookAtCluster(eyes, region);
  const wanted = view.topics.filter(({ name }) => isWanted(name));
  const settingsOf = await lookAtSettings(eyes.adminOf(region), wanted);
  const ours = new Set(decided.map(({ targetTopicId }) => targetTopicId));
  const strangers = wanted.filter(({ topicId }) => !ours.has(topicId));
  const filled = await topicsWithRecords(eyes.clusterOf(region), strangers);
  const topics = new Map<string, TopicLook>();
  for (const topic of view.topics) {
    const hasRecords = filled.get(topic.name);
    topics.set(topic.name, { ...topicLook(topic), ...settingsOf(topic.name), hasRecords });
  }
  return { ...look, topics };
}

async function lookAtCluster({ clusterOf, clock }: Eyes, region: string) {
  const view = await clusterOf(region).metadata('all');
  // The second answer comes over a connection that is open: its time is the round trip.
  const fromMs = clock.monotonicMs();
  await clusterOf(region).metadata([]);
  const rttMs = clock.monotonicMs() - fromMs;
  const usable = view.topics.filter(({ errorCode, partitions }) => errorCode === 0 && partitions.length > 0);
  const shown: ClusterView = { ...view, topics: usable };
  return { view: shown, look: { region, clusterId: view.clusterId, brokers: view.brokers.length, rttMs } };
}

function topicLook({ name, topicId, partitions }: TopicView): TopicLook {
  const replicas = partitions.map((partition) => partition.replicas.length);
  return {
    name,
    topicId,
    partitions: partitions.length,
    replicationFactor: Math.min(...replicas),
    settings: undefined,
    hasRecords: undefined,
    bytes: undefined,
  };
}

const sizesOf = (admin: ClusterAdmin, topics: readonly TopicView[]): Promise<ReadonlyMap<string, bigint>> => {
  const named = topics.map(({ name, partitions }) => ({ name, partitions: partitions.length }));
  return orNothing(() => admin.topicBytes(named));
};

/** What is for show only is unknown without the permission to read it. */
async function orNothing<T>(read: () => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CausewayError) return new Map();
    throw error;
  }
}
