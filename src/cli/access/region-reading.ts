// One region as its own cluster and ledger show it now. A region that cannot be read becomes a picture of its
// error.
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ClusterView } from '../../kafka/wire/messages.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { type LedgerSnapshot, recordsIn } from '../../ledger/changes.ts';
import { desiredView, observedView } from '../../ledger/snapshot-view.ts';
import {
  desiredTopic,
  generationsTopic,
  type LedgerTopic,
  ledgerTopics,
  observedTopic,
} from '../../ledger/topic-names.ts';
import type { RegionPicture } from '../view/picture.ts';

/** How the topics of a ledger are read: anew at each look, or followed. */
export interface LedgerSight {
  snapshot<T extends LedgerTopic>(topic: T, signal: AbortSignal): Promise<LedgerSnapshot<T>>;
}

export interface RegionReading {
  readonly name: string;
  /** Opens the cluster; throws where the settings do not allow it. */
  readonly clusterOf: () => KafkaCluster;
  readonly ledgerOf: (cluster: KafkaCluster) => LedgerSight;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The region counts as unreachable when it was not read by then. */
  readonly deadlineMs: number;
}

/** What was read, and the snapshot of `causeway.desired`, by which `apply` judges. */
export interface ReadRegion {
  readonly picture: RegionPicture;
  readonly desired: LedgerSnapshot<typeof desiredTopic> | undefined;
}

/** Never rejects with an operating error. */
export async function readRegion(reading: RegionReading): Promise<ReadRegion> {
  const { name, deadlineMs, clock, signal } = reading;
  try {
    const cluster = reading.clusterOf();
    return await beforeDeadline(clock, deadlineMs, signal, readCluster(reading, cluster), () => {
      const text = `${name} did not answer within ${deadlineMs / 1000} s`;
      return new CausewayError('CW-3004', text, { region: name });
    });
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return { picture: emptyPicture(name, thrown), desired: undefined };
  }
}

async function readCluster(reading: RegionReading, cluster: KafkaCluster): Promise<ReadRegion> {
  const { name, signal } = reading;
  const view = await cluster.metadata([...ledgerTopics]);
  const base = { ...emptyPicture(name, undefined), clusterId: view.clusterId, brokers: view.brokers.length };
  const missing = ledgerTopics.filter((topic) => !exists(view, topic));
  if (missing.length === ledgerTopics.length) return { picture: base, desired: undefined };
  const ledger = reading.ledgerOf(cluster);
  const read = <T extends LedgerTopic>(topic: T) =>
    missing.includes(topic) ? undefined : ledger.snapshot(topic, signal);
  const [desired, observed, generations] = await Promise.all([
    read(desiredTopic),
    read(observedTopic),
    read(generationsTopic),
  ]);
  const wanted = desiredView(desired === undefined ? [] : recordsIn(desired));
  const snapshots = [desired, observed, generations].filter((snapshot) => snapshot !== undefined);
  const picture = {
    ...base,
    hasLedger: missing.length === 0,
    desired: wanted.topology,
    pauses: wanted.pauses,
    generations: generations === undefined ? [] : recordsIn(generations),
    ...observedView(observed === undefined ? [] : recordsIn(observed)),
    warnings: [
      ...missing.map((topic) => `the topic ${topic} does not exist; \`causeway apply\` creates it`),
      ...snapshots.flatMap((snapshot) => snapshot.leftAlone.map(({ why }) => why)),
    ],
  };
  return { picture, desired };
}

/** A topic that is told with another error than "unknown" exists; reading it will say what is wrong. */
const exists = (view: ClusterView, name: LedgerTopic): boolean => {
  const topic = view.topics.find((each) => each.name === name);
  return topic !== undefined && topic.errorCode !== kafkaError.UNKNOWN_TOPIC_OR_PARTITION;
};

function emptyPicture(name: string, error: CausewayError | undefined): RegionPicture {
  return {
    name,
    error: error === undefined ? undefined : { code: error.code, message: error.message },
    clusterId: undefined,
    brokers: undefined,
    hasLedger: false,
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
  };
}

/**
 * Settles as `work` does; rejects when the time is over or `signal` aborts, and leaves `work` to end alone.
 */
function beforeDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  signal: AbortSignal,
  work: Promise<T>,
  lateError: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(deadlineMs, () => end(() => reject(lateError())));
    const onAbort = () => end(() => reject(signal.reason as Error));
    const end = (settle: () => void) => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    );
  });
}
