// Asks a cluster's transaction coordinator for the producer id of a transactional id (KIP-98). Each call
// raises the coordinator's epoch; the id stays the same until the coordinator forgets it.
import { rightOfRequest } from '../kafka/acl/request-rights.ts';
import { type Account, lackText } from '../kafka/acl/right.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { kafkaError, kafkaErrorName } from '../kafka/wire/error-codes.ts';
import { transactionalIdPrefix } from './transactional-id.ts';

/** `errorCode` is that of `call`, the last one made; id and epoch are -1 unless it is 0. */
export interface ProducerIdAnswer {
  readonly call: 'Metadata' | 'FindCoordinator' | 'InitProducerId';
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Which answer to which call, and the right that is missing if that is why; not for NONE. */
export function refusalText(
  { call, errorCode }: Pick<ProducerIdAnswer, 'call' | 'errorCode'>,
  account: Account | undefined,
  set: string,
  region: string,
): string {
  const answered = `${kafkaErrorName(errorCode)} answered to ${call}`;
  const isLack = errorCode === kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED && call !== 'Metadata';
  if (!isLack) return answered;
  const resource = transactionalIdPrefix(set, region);
  return lackText({ ...rightOfRequest[call], resource, pattern: 'prefixed' }, account, answered);
}

/** No transaction is opened under these ids; the broker's default limit allows it. */
const transactionTimeoutMs = 60_000;
const unknownProducer = { producerId: -1n, producerEpoch: -1 };

/** Throws what the cluster throws where a broker cannot be reached. */
export async function askProducerId(
  cluster: KafkaCluster,
  transactionalId: string,
): Promise<ProducerIdAnswer> {
  const [broker] = (await cluster.metadata([])).brokers;
  if (broker === undefined) {
    return { call: 'Metadata', errorCode: kafkaError.COORDINATOR_NOT_AVAILABLE, ...unknownProducer };
  }
  const asked = await cluster.connect(broker.nodeId);
  const found = await asked.findCoordinator(transactionalId).finally(() => asked.destroy('asked'));
  if (found.errorCode !== kafkaError.NONE) {
    return { call: 'FindCoordinator', errorCode: found.errorCode, ...unknownProducer };
  }
  const coordinator = await cluster.connect(found.nodeId);
  const request = { transactionalId, transactionTimeoutMs, ...unknownProducer };
  const got = await coordinator.initProducerId(request).finally(() => coordinator.destroy('asked'));
  return { call: 'InitProducerId', ...got };
}
