// A broker's error about a ledger topic as ours: what passes by itself, what does not, and which right is
// missing.
import { CausewayError } from '../base/errors.ts';
import { type AuthorizedRequest, rightOfRequest } from '../kafka/acl/request-rights.ts';
import { lackText } from '../kafka/acl/right.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { kafkaError, kafkaErrorName } from '../kafka/wire/error-codes.ts';

export interface LedgerPlace {
  readonly cluster: Pick<KafkaCluster, 'account'>;
  readonly region: string;
  readonly topic: string;
}

/** What may pass by itself is CW-4002, what does not is CW-4004. */
export function ledgerRefusal(
  { cluster, region, topic }: LedgerPlace,
  errorCode: number,
  request: AuthorizedRequest,
  words?: string,
): CausewayError {
  const name = kafkaErrorName(errorCode);
  const said = words === undefined || words === '' ? name : `${name}: ${words}`;
  const details = { region, topic };
  if (errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED) {
    const right = { ...rightOfRequest[request], resource: topic };
    const lack = lackText(right, cluster.account, `${said} answered to ${request}`);
    return new CausewayError('CW-4004', `${region}: ${lack}`, details);
  }
  const code = lasting.has(errorCode) ? 'CW-4004' : 'CW-4002';
  return new CausewayError(code, `${region}: ${topic}: the broker answered ${said}`, details);
}

/** Does not pass by waiting. */
const lasting: ReadonlySet<number> = new Set([
  kafkaError.CLUSTER_AUTHORIZATION_FAILED,
  kafkaError.MESSAGE_TOO_LARGE,
  kafkaError.RECORD_LIST_TOO_LARGE,
  kafkaError.INVALID_TIMESTAMP,
  kafkaError.INVALID_RECORD,
  kafkaError.POLICY_VIOLATION,
  kafkaError.INVALID_TOPIC_EXCEPTION,
  kafkaError.UNSUPPORTED_VERSION,
]);
