// Opens a generation: obtains a producer id from the target's transaction coordinator and records it. The
// first record of a generation in the log wins, so two controllers at once, or a crash in between, leave one
// fence (KIP-98, KIP-360).
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { TransactionCoordinators } from '../../kafka/client/transaction-coordinators.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { refusalText } from '../../ledger/id-refusal.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';

export interface GenerationSite {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly ledger: LedgerWriter;
  readonly clock: Clock;
}

/** Throws CW-4010, or what the ledger's writer throws. */
export async function openGeneration(site: GenerationSite, set: string, generation: number): Promise<void> {
  const { producerId, producerEpoch } = await obtainProducerId(site, set, generation);
  const openedAtMs = site.clock.wallMs();
  await site.ledger.write('causeway.generations', [
    { kind: 'opened', set, generation, producerId, producerEpoch, startOffsets: [], openedAtMs },
  ]);
}

async function obtainProducerId({ region, cluster, clock }: GenerationSite, set: string, generation: number) {
  const coordinators = new TransactionCoordinators({ cluster, clock });
  const transactionalId = transactionalIdOf(set, region, generation);
  try {
    const answer = await coordinators.initProducerId({ transactionalId });
    if (answer.errorCode === kafkaError.NONE) return answer;
    throw failure(region, set, generation, refusalText(answer, cluster.account, { set, region }));
  } catch (error) {
    if (!(error instanceof CausewayError) || error.code === 'CW-4010') throw error;
    throw failure(region, set, generation, describeError(error), error);
  } finally {
    coordinators.close();
  }
}

function failure(
  region: string,
  set: string,
  generation: number,
  why: string,
  cause?: unknown,
): CausewayError {
  const text = `${region}: generation ${generation} of mirror set ${set} could not be opened: ${why}`;
  return new CausewayError('CW-4010', text, { region, set, generation }, cause);
}
