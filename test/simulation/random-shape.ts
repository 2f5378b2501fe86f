// The shape of a random world, drawn from its seed: which regions there are, which topics are at home in
// them, where those are copied to, and how everything is set.
import { pick, type Random } from '../../src/base/random.ts';
import { defaultStartPolicy, type StartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import type { MixedLimits } from '../../src/data-plane/mirror/mixed-epochs.ts';
import { defaultLimits, type WorkerLimits } from '../../src/data-plane/worker/limits.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { ClusterSettings } from '../broker-model/model-types.ts';
import { namedRandom } from './named-random.ts';
import { randomSteering } from './random-steering.ts';
import { Regions } from './regions.ts';
import {
  type ClusterShape,
  oneBroker,
  type RouteShape,
  threeBrokers,
  type TopicShape,
} from './world-shape.ts';

const regionNames = ['eu', 'us', 'ap', 'sa'];
const topicNames = ['orders', 'clicks'];

/** Two days: brokers forget producers by the age of their records (kafka-facts 14). */
const oldMs = 172_800_000;

/** The regions of a world with everything in them; nothing has begun yet. */
export function drawRegions(seed: number): Regions {
  const random = namedRandom(seed, 'regions');
  const regions = new Regions();
  const count = 2 + Math.max(0, random.int(5) - 2);
  for (const name of regionNames.slice(0, count)) {
    regions.addCluster(name, clusterOf(namedRandom(seed, `region ${name}`)), namedRandom(seed, name));
  }
  for (const name of topicNames.slice(0, 1 + random.int(2))) drawTopic(regions, seed, name);
  return regions;
}

function drawTopic(regions: Regions, seed: number, name: string): void {
  const random = namedRandom(seed, `topic ${name}`);
  const home = pick(random, regions.clusters);
  const others = regions.clusters.filter((cluster) => cluster !== home);
  const targets = others.slice(0, 1 + (random.int(3) === 0 ? random.int(others.length) : 0));
  const shape = topicOf(name, random);
  // Without the right to write fillers no id can be closed.
  const mayBecomeSoft = targets.every(({ permitsMarkers }) => permitsMarkers);
  const topic = regions.addTopic(home, {
    ...shape,
    becomesSoft: shape.becomesSoft === true && mayBecomeSoft,
  });
  // A replica that begins anew behind the begin of an open transaction knows nothing of it.
  const fillsGaps = topic.isCompacted && shape.transactions === undefined && random.int(2) === 0;
  for (const [at, target] of targets.entries()) {
    const of = `${name} to ${target.name}`;
    regions.addRoute(topic, target, {
      ...routeOf(namedRandom(seed, of), topic.isCompacted, fillsGaps),
      workers: Array.from({ length: workersOf(target, random) }, (_, index) => `${of}/${index + 1}`),
      fence: { generation: 1, producerId: BigInt(4_711 + at), producerEpoch: 0 },
    });
  }
}

/** Between rivals a broker that forgets ids as it starts lets both in where records are old. */
function workersOf({ settings }: ModelCluster, random: Random): number {
  const count = 1 + random.int(3);
  return settings.expiresAtStart ? 1 : count;
}

function topicOf(name: string, random: Random): TopicShape {
  const isCompacted = random.int(5) > 2;
  const isTransactional = random.int(3) > 0;
  return {
    name,
    seed: random.int(2 ** 31),
    partitions: 1 + random.int(3),
    ageMs: pick(random, [0, oldMs]),
    ...(isTransactional && { transactions: 1 + random.int(4) }),
    ...(isCompacted && { keys: 2 + random.int(7), becomesSoft: random.int(3) === 0 }),
  };
}

function clusterOf(random: Random): ClusterShape {
  const settings: Partial<ClusterSettings> = {
    clientDelayMs: pick(random, [0.5, 2, 40]),
    jitterMs: pick(random, [0, 1, 5, 30]),
    requestDeadlineMs: 10_000,
    produceById: random.int(4) > 0,
    // As the controller sets it for every copy: clocks may be off.
    timestampAheadMsMax: Number.MAX_SAFE_INTEGER,
    expiresAtStart: random.int(2) === 0,
    // A fault of its own, since it must not meet a request that is under way.
    expirationCheckMs: undefined,
  };
  const size = random.int(3) === 0 ? oneBroker : threeBrokers;
  return { ...size, settings, permitsMarkers: random.int(3) > 0 };
}

function routeOf(random: Random, isCompacted: boolean, fillsGaps: boolean) {
  return {
    seed: random.int(2 ** 31),
    limits: limitsOf(random),
    ...(random.int(2) === 0 && { steering: randomSteering(random.int(2 ** 31)) }),
    ledgerDelayMs: 1 + random.int(50),
    verifies: !isCompacted && random.int(4) === 0,
    startPolicy: startPolicyOf(random, fillsGaps),
    fillsGaps,
  } satisfies Partial<RouteShape>;
}

const startPolicyOf = (random: Random, fillsGaps: boolean): StartPolicy => ({
  ...defaultStartPolicy,
  from: random.int(4) === 0 ? 'latest' : 'earliest',
  offsets: random.int(10) === 0 ? 'shifted' : 'identical',
  prefixMax: fillsGaps ? 1_000 : 12,
  onGap: fillsGaps ? 'fill' : 'stop',
});

/** All is mixed as soon as it may be, or as it comes, or as in production. */
const mixedLimits: readonly MixedLimits[] = [
  defaultLimits.partition.mixed,
  { from: 0, below: 0 },
  { from: 6, below: 2 },
];

function limitsOf(random: Random): Partial<WorkerLimits> {
  const partition = {
    ...defaultLimits.partition,
    queueBytesMax: pick(random, [300, 2_000, 1_000_000]),
    inFlightMax: 1 + random.int(20),
    mixed: pick(random, mixedLimits),
  };
  const fetch = { answerBytesMax: pick(random, [200, 1_000, 1_000_000]), partitionBytesMax: 1_000 };
  return {
    partition,
    fetchNear: fetch,
    fetchFar: fetch,
    produceWaitMs: pick(random, [1_000, 5_000]),
    fetchLanes: 1 + random.int(2),
    longRoundTripMs: pick(random, [0, 20]),
    prefixBatchOffsets: 3,
    earlyFetches: random.int(4),
    earlyPartitionBytesMax: pick(random, [200, 1_000_000]),
    earlyFetchBytesPerSecond: pick(random, [1_000, 1_000_000]),
    produceRequestBytesMax: pick(random, [200, 1_000_000]),
    // Sizes of this small world, so that classes come about and turns are waited for.
    steering: {
      ...defaultLimits.steering,
      capacityBytesMin: 5_000,
      bucketBytesMin: 500,
      turnBytesMin: 100,
      answerBytesMin: 200,
      behindMs: 50,
    },
  };
}
