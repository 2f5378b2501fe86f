// The rights by which holes are filled: on the guards' ids, on the ledger of shifts, and the optional one on
// the cluster, whose lack shows in the way that is gone.
import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { TransactionCoordinators } from '../../src/kafka/client/transaction-coordinators.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { guardIdOf } from '../../src/ledger/transactional-id.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { RegionWorkerLedger } from '../../src/server/worker-ledger.ts';
import { appendTransaction } from '../fixtures/odd-topics.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import type { AclRule } from './acl-lab.ts';
import { giveUpMs, type PermissionSite, source, target } from './permission-site.ts';

/** The topic of set `shop` that is written in transactions. */
export const marked = 'marked';
const records = 3;

/** At the source: some records and the marker behind them. */
export const addTransaction = (
  site: PermissionSite,
  topic: string,
  end: 'commit' | 'abort' = 'commit',
): Promise<void> => appendTransaction(site.acls.lab.bootstrapServers(source), topic, records, end);

/** A control record by way of the coordinator leaves its transaction ended, one that is direct none. */
const stateBy = { coordinator: 'CompleteAbort', leader: 'Empty' } as const;

/** That the mirror of `marked` has come to `end`, and who has written its last filler. */
export async function mustBeFilled(
  site: PermissionSite,
  end: bigint,
  by: keyof typeof stateBy,
): Promise<void> {
  let seen: unknown;
  await waitUntil(
    `${marked} is mirrored to ${end}`,
    async () => {
      const { mirrors } = await site.observed();
      const parts = mirrors.filter(({ topic }) => topic === marked).flatMap(({ partitions }) => partitions);
      return (seen = parts)[0]?.position === end;
    },
    { seen: () => seen, giveUpMs },
  );
  const coordinators = new TransactionCoordinators({ cluster: site.superCluster, clock: systemClock });
  const { transaction } = await coordinators.describeTransaction(guardIdOf('shop', target, marked, 0));
  coordinators.close();
  assert.equal(transaction?.state, stateBy[by]);
}

/** The worker starts anew: the one before knew its right already. Two transactions are there by now. */
export async function checkDirectWay(site: PermissionSite, rule: AclRule): Promise<void> {
  await mustBeFilled(site, 18n, 'coordinator');
  await site.stop('worker');
  await site.acls.give(target, [rule]);
  await addTransaction(site, marked);
  await site.serve('worker');
  await mustBeFilled(site, 22n, 'leader');
  await site.acls.take(target, [rule]);
  await addTransaction(site, marked);
  await mustBeFilled(site, 26n, 'coordinator');
}

/** What a worker calls when its mirror's offsets move; of a topic that nobody has. */
export function shiftRecorder(site: PermissionSite): () => Promise<void> {
  const cluster = site.clustersOf('worker').clusterOf(target);
  const parts = { cluster, region: target, clock: systemClock, random: systemRandom, log: silentLog };
  const ledger = new RegionWorkerLedger({
    ...parts,
    reader: new LedgerReader(parts),
    writer: new LedgerWriter(parts),
    useTopology: () => undefined,
    onDesired: () => undefined,
  });
  const targetTopicId = '00000000-0000-4000-8000-000000000000';
  const place = { set: 'shop', topic: 'nowhere', targetTopicId, partition: 0 };
  return () => ledger.record({ kind: 'shifted', ...place, firstTargetOffset: 1n, shift: 1n });
}
