// A worker of us-east without brokers: its start procedures end only in the trouble that a test wants, and
// the test tells what the ledger says.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { GroupCluster } from '../../kafka/client/group-calls.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import { fileWith, mustParse } from '../../topology/file-for-tests.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { AssignmentView } from './assignment.ts';
import { Worker } from './worker.ts';

const fence = { generation: 1, producerId: 1n, producerEpoch: 0 };
const fences = new Map(['payments', 'asia'].map((set) => [set, fence]));

/** Topics a and b of the set payments, of eu-west, unless the view is told otherwise. */
export function workerForTests(
  t: TestContext,
  parts: {
    readonly trouble?: Error;
    readonly meetAt?: GroupCluster;
    /** Regions whose settings lack something. */
    readonly unresolved?: ReadonlySet<string>;
  } = {},
) {
  const topology = mustParse(fileWith({ payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' }));
  const { meetAt, unresolved } = parts;
  let error = parts.trouble;
  const trouble = () => (error === undefined ? new Promise<never>(() => undefined) : Promise.reject(error));
  const cluster: KafkaCluster = { metadata: trouble, connect: trouble, close: () => Promise.resolve() };
  let tell: (view: AssignmentView) => void = () => assert.fail('nobody follows');
  const clock = manualClock();
  const worker = new Worker({
    name: 'w1',
    region: 'us-east',
    clusterOf: (region) => {
      if (!unresolved?.has(region)) return cluster;
      throw new CausewayError('CW-1018', `the password of ${region} is not set`);
    },
    ledger: {
      follow: (onChange) => {
        tell = onChange;
        return Promise.resolve();
      },
      readFences: () => (error === undefined ? Promise.resolve(fences) : Promise.reject(error)),
      record: () => Promise.resolve(),
      writeObserved: () => Promise.resolve(),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
    ...(meetAt !== undefined && { meetAt }),
  });
  worker.start();
  t.after(() => worker.stop());
  const view = { topology, topics: [decidedMirror('a'), decidedMirror('b')], pauses: [], resumes: [] };
  const named = ({ spec }: MirrorPartition) => `${spec.topic}-${spec.partition}`;
  return {
    clock,
    worker,
    limit: () => worker.engines.get('eu-west')?.turns.limitBytesPerSecond,
    /** How start procedures fail from now on; without an error they never end. */
    failWith: (given?: Error) => {
      error = given;
    },
    tell: (change: Partial<AssignmentView>) => tell({ ...view, ...change }),
    runs: () => worker.partitions.map(named).sort(),
    partition: (topic: string): MirrorPartition =>
      worker.partitions.find(({ spec }) => spec.topic === topic) ?? assert.fail(topic),
  };
}
