// Opens a generation: obtains a producer id from the target's transaction coordinator and records it. The first record
// of a generation in the log wins, so two controllers at once, or a crash in between, leave one fence (KIP-98, KIP-360).
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';

export interface GenerationSite {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly ledger: LedgerWriter;
  readonly clock: Clock;
}

/** Never used for a transaction in this generation's own name; the broker's default limit allows it. */
const transactionTimeoutMs = 60_000;

/** Throws CW-4010, or what the ledger's writer throws. */
export async function openGeneration(site: GenerationSite, set: string, generation: number): Promise<void> {
  const { producerId, producerEpoch } = await obtainProducerId(site, set, generation);
  const openedAtMs = site.clock.wallMs();
  await site.ledger.write('causeway.generations', [
    { kind: 'opened', set, generation, producerId, producerEpoch, startOffsets: [], openedAtMs },
  ]);
}

async function obtainProducerId({ region, cluster }: GenerationSite, set: string, generation: number) {
  const transactionalId = transactionalIdOf(set, region, generation);
  const failed = (why: string, cause?: unknown) => {
    const text = `${region}: generation ${generation} of mirror set ${set} could not be opened: ${why}`;
    return new CausewayError('CW-4010', text, { region, set }, cause);
  };
  try {
    const [broker] = (await cluster.metadata([])).brokers;
    if (broker === undefined) throw failed('the cluster names no broker');
    const asked = await cluster.connect(broker.nodeId);
    const found = await asked.findCoordinator(transactionalId).finally(() => asked.destroy('asked'));
    if (found.errorCode !== 0) throw failed(`FindCoordinator answered ${kafkaErrorName(found.errorCode)}`);
    const coordinator = await cluster.connect(found.nodeId);
    const request = { transactionalId, transactionTimeoutMs, producerId: -1n, producerEpoch: -1 };
    const got = await coordinator.initProducerId(request).finally(() => coordinator.destroy('asked'));
    if (got.errorCode !== 0) throw failed(`InitProducerId answered ${kafkaErrorName(got.errorCode)}`);
    return got;
  } catch (error) {
    if (error instanceof CausewayError && error.code !== 'CW-4010') throw failed(describeError(error), error);
    throw error;
  }
}
