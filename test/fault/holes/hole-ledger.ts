// The target's ledger as a worker reads and writes it, over any cluster.
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { systemRandom } from '../../../src/base/random.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { LedgerReader } from '../../../src/ledger/reader.ts';
import { LedgerWriter } from '../../../src/ledger/writer.ts';
import { RegionWorkerLedger } from '../../../src/server/worker-ledger.ts';

export interface OpenLedger {
  readonly ledger: RegionWorkerLedger;
  readonly writer: LedgerWriter;
  readonly close: () => Promise<void>;
}

export function openLedger(cluster: KafkaCluster, region: string): OpenLedger {
  const parts = { cluster, region, clock: systemClock, random: systemRandom, log: silentLog };
  const reader = new LedgerReader(parts);
  const writer = new LedgerWriter(parts);
  const nothing = () => undefined;
  const ledger = new RegionWorkerLedger({
    ...parts,
    reader,
    writer,
    useTopology: nothing,
    onDesired: nothing,
  });
  const close = async () => {
    reader.close();
    writer.abandon();
    await writer.close();
  };
  return { ledger, writer, close };
}
