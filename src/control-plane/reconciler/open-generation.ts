// Opens a generation: obtains a producer id from the target's transaction coordinator and records it. The
// first record of a generation in the log wins, so two controllers at once, or a crash in between, leave one
// fence (KIP-98, KIP-360).
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { askProducerId, refusalText } from '../../ledger/producer-id.ts';
import { transactionalIdOf } from '../../ledger/transactional-id.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';

export interface GenerationSite {
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly ledger: LedgerWriter;
  readonly clock: Clock;
}

/** The first call on a new cluster creates the coordinator's topic, which takes a moment. */
const passingMsMax = 10_000;
const passingDelayMs = 100;
const passing: ReadonlySet<number> = new Set([
  kafkaError.COORDINATOR_NOT_AVAILABLE,
  kafkaError.COORDINATOR_LOAD_IN_PROGRESS,
  kafkaError.NOT_COORDINATOR,
  kafkaError.CONCURRENT_TRANSACTIONS,
]);

/** Throws CW-4010, or what the ledger's writer throws. */
export async function openGeneration(site: GenerationSite, set: string, generation: number): Promise<void> {
  const { producerId, producerEpoch } = await obtainProducerId(site, set, generation);
  const openedAtMs = site.clock.wallMs();
  await site.ledger.write('causeway.generations', [
    { kind: 'opened', set, generation, producerId, producerEpoch, startOffsets: [], openedAtMs },
  ]);
}

async function obtainProducerId(site: GenerationSite, set: string, generation: number) {
  const { region, clock } = site;
  const untilMs = clock.monotonicMs() + passingMsMax;
  const transactionalId = transactionalIdOf(set, region, generation);
  for (;;) {
    const answer = await askProducerId(site.cluster, transactionalId).catch((error: unknown) => {
      if (!(error instanceof CausewayError)) throw error;
      throw failure(region, set, generation, describeError(error), error);
    });
    if (answer.errorCode === kafkaError.NONE) return answer;
    if (!passing.has(answer.errorCode) || clock.monotonicMs() >= untilMs) {
      throw failure(region, set, generation, refusalText(answer, site.cluster.account, set, region));
    }
    await clock.sleep(passingDelayMs);
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
