// Observations for tests: two regions, a mirror set, and topics in a few words.
import type { DesiredPause, ObservedTopic } from '../../ledger/records.ts';
import { parseTopology } from '../../topology/parse-topology.ts';
import type { Topology } from '../../topology/topology.ts';
import type { ClusterLook, Observation, TopicLook } from './observation.ts';

/** A valid topology of eu-west and us-east with these mirror sets, in YAML flow form. */
export function topologyOf(mirrors: string): Topology {
  const text = `regions:
  eu-west: { kafka: { bootstrap.servers: "eu:9092" } }
  us-east: { kafka: { bootstrap.servers: "us:9092" } }
mirrors: ${mirrors}
`;
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  if ('topology' in parsed) return parsed.topology;
  throw new Error(JSON.stringify(parsed.problems));
}

export const payments = '{ payments: { topics: ["pay*"], home: eu-west, to: [us-east] } }';

export const sourceSettings: ReadonlyMap<string, string> = new Map([
  ['cleanup.policy', 'delete'],
  ['retention.ms', '604800000'],
  ['compression.type', 'lz4'],
]);

/** What the settings above make of a mirror's topic. */
export const mirrorSettings: ReadonlyMap<string, string> = new Map([
  ['cleanup.policy', 'delete'],
  ['retention.ms', '604800000'],
  ['compression.type', 'producer'],
  ['max.message.bytes', '2147483647'],
  ['message.timestamp.type', 'CreateTime'],
  ['message.timestamp.before.max.ms', '9223372036854775806'],
  ['message.timestamp.after.max.ms', '9223372036854775806'],
  ['unclean.leader.election.enable', 'false'],
]);

export function topicAt(
  region: 'source' | 'target',
  name: string,
  given: Partial<TopicLook> = {},
): TopicLook {
  return {
    name,
    topicId: `${region}-${name}`,
    partitions: 3,
    replicationFactor: 3,
    settings: region === 'source' ? sourceSettings : mirrorSettings,
    hasRecords: undefined,
    bytes: undefined,
    ...given,
  };
}

export function clusterOf(region: string, brokers: number, topics: readonly TopicLook[]): ClusterLook {
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  return { region, clusterId: `cluster-${region}`, brokers, rttMs: 1, topics: byName };
}

const live = {
  set: 'payments',
  generation: 1,
  producerId: 7n,
  producerEpoch: 0,
  startOffsets: [],
  openedAtMs: 1,
};
const opened = { kind: 'opened', ...live } as const;

/** Generation 1 of `payments` is live. */
export function observationOf(given: {
  source?: readonly TopicLook[];
  target?: readonly TopicLook[];
  decided?: readonly ObservedTopic[];
  pauses?: readonly DesiredPause[];
  topology?: Topology;
}): Observation {
  const generations = { opened: new Map([[1, opened]]), ended: new Map(), live: opened, nextGeneration: 2 };
  return {
    region: 'us-east',
    topology: given.topology ?? topologyOf(payments),
    clusters: new Map([
      ['eu-west', clusterOf('eu-west', 3, given.source ?? [])],
      ['us-east', clusterOf('us-east', 1, given.target ?? [])],
    ]),
    generations: new Map([['payments', generations]]),
    pauses: given.pauses ?? [],
    decided: given.decided ?? [],
  };
}
