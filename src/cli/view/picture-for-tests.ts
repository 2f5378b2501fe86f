// Pictures for tests of the views: two regions, one set, and whatever the test wants to change.
import type {
  ObservedMirror,
  ObservedPartition,
  ObservedProcess,
  ObservedTopic,
  ObservedVerified,
} from '../../ledger/records.ts';
import type { MirrorSetSpec, Topology } from '../../topology/topology.ts';
import type { Picture, RegionPicture } from './picture.ts';

export const nowMs = 1_800_000_000_000;

export function setSpec(overrides: Partial<MirrorSetSpec> = {}): MirrorSetSpec {
  return {
    name: 'payments',
    topics: ['payments.*', 'ledger'],
    exclude: ['payments.tmp'],
    from: 'earliest',
    home: 'eu-west',
    to: ['us-east'],
    groups: ['*'],
    mode: 'async',
    rpoMs: 10_000,
    priority: 1,
    naming: 'identical',
    offsets: 'identical',
    prefixMax: 100_000_000,
    holesMax: 1_000_000_000,
    runsMax: 10_000_000,
    target: new Map(),
    onGap: 'stop',
    onRecreate: 'stop',
    trim: 'own',
    failover: { automatic: false, windowMs: 60_000 },
    ...overrides,
  };
}

export function partition(number: number, overrides: Partial<ObservedPartition> = {}): ObservedPartition {
  return {
    partition: number,
    state: 'mirroring',
    cause: undefined,
    position: 100n,
    sourceEnd: 100n,
    sourceStable: 100n,
    sourceStart: 0n,
    sourceSeenAtMs: nowMs - 1_000,
    oldestMissingMs: undefined,
    bytes: 1_000n,
    records: 100n,
    batches: 10n,
    tail: 'equal',
    ...overrides,
  };
}

export function mirror(
  partitions: readonly ObservedPartition[],
  overrides: Partial<ObservedMirror> = {},
): ObservedMirror {
  return {
    kind: 'mirror',
    set: 'payments',
    topic: 'ledger',
    source: 'eu-west',
    target: 'us-east',
    worker: 'w1',
    observedAtMs: nowMs - 500,
    partitions,
    ...overrides,
  };
}

export function topicRecord(overrides: Partial<ObservedTopic> = {}): ObservedTopic {
  return {
    kind: 'topic',
    set: 'payments',
    topic: 'ledger',
    target: 'us-east',
    state: 'mirrored',
    cause: undefined,
    sourceTopicId: undefined,
    targetTopicId: undefined,
    partitions: 2,
    observedAtMs: nowMs - 2_000,
    ...overrides,
  };
}

/** Of `ledger`; all of a partition as `partition` makes it has been compared. */
export function verifiedRecord(number: number, overrides: Partial<ObservedVerified> = {}): ObservedVerified {
  return {
    kind: 'verified',
    set: 'payments',
    topic: 'ledger',
    partition: number,
    source: 'eu-west',
    target: 'us-east',
    sourceTopicId: undefined,
    targetTopicId: undefined,
    verifiedTo: 100n,
    checkedAtMs: nowMs - 4_000,
    ranges: [],
    more: 0,
    observedAtMs: nowMs - 3_000,
    ...overrides,
  };
}

export function processRecord(overrides: Partial<ObservedProcess> = {}): ObservedProcess {
  return {
    kind: 'process',
    name: 'w1',
    region: 'us-east',
    roles: ['controller', 'worker'],
    version: '0.1.0',
    startedAtMs: nowMs - 60_000,
    stoppedAtMs: undefined,
    observedAtMs: nowMs - 1_000,
    ...overrides,
  };
}

export function region(name: string, overrides: Partial<RegionPicture> = {}): RegionPicture {
  return {
    name,
    error: undefined,
    clusterId: `cluster-of-${name}`,
    brokers: 1,
    hasLedger: true,
    desired: undefined,
    pauses: [],
    generations: [],
    mirrors: [],
    regions: [],
    processes: [],
    topics: [],
    links: [],
    verified: [],
    warnings: [],
    ...overrides,
  };
}

/** The target region holds `overrides`; the set is `spec`. */
export function picture(overrides: Partial<RegionPicture> = {}, spec: MirrorSetSpec = setSpec()): Picture {
  const topology: Topology = {
    regions: new Map(),
    coordination: undefined,
    links: new Map(),
    mirrors: new Map([[spec.name, spec]]),
  };
  const record = {
    kind: 'topology',
    yaml: '',
    appliedAtMs: nowMs - 60_000,
    actor: 'ada',
    reason: '',
  } as const;
  const defaults = { processes: [processRecord()], topics: [topicRecord()] };
  return {
    nowMs,
    applied: { topology, record },
    regions: [region('eu-west'), region('us-east', { ...defaults, ...overrides })],
  };
}
