// Why a coordinator did not hand out the producer id of a generation, as a person reads it.
import { rightOfRequest } from '../kafka/acl/request-rights.ts';
import { type Account, lackText } from '../kafka/acl/right.ts';
import type { ProducerIdAnswer } from '../kafka/client/transaction-coordinators.ts';
import { kafkaError, kafkaErrorName } from '../kafka/wire/error-codes.ts';
import { transactionalIdPrefix } from './transactional-id.ts';

/** Which answer to which call, and the right that is missing if that is why; not for NONE. */
export function refusalText(
  { call, errorCode }: Pick<ProducerIdAnswer, 'call' | 'errorCode'>,
  account: Account | undefined,
  set: string,
  region: string,
): string {
  const answered = `${kafkaErrorName(errorCode)} answered to ${call}`;
  if (errorCode !== kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED) return answered;
  const resource = transactionalIdPrefix(set, region);
  return lackText({ ...rightOfRequest[call], resource, pattern: 'prefixed' }, account, answered);
}
