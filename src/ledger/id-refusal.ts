// Why a coordinator refused what was asked of a transactional id, as a person reads it.
import { rightOfRequest } from '../kafka/acl/request-rights.ts';
import { type Account, lackText } from '../kafka/acl/right.ts';
import type { CoordinatorAnswer } from '../kafka/client/transaction-coordinators.ts';
import { kafkaError, kafkaErrorName } from '../kafka/wire/error-codes.ts';
import { transactionalIdPrefix } from './transactional-id.ts';

/** Whose id it is. */
export interface RefusedId {
  readonly set: string;
  readonly region: string;
  /** Of a guard: the topic that is written under it. */
  readonly topic?: string;
}

/** Which answer to which call, and the right that is missing if that is why; not for NONE. */
export function refusalText(
  { call, errorCode }: CoordinatorAnswer,
  account: Account | undefined,
  { set, region, topic }: RefusedId,
): string {
  const answered = `${kafkaErrorName(errorCode)} answered to ${call}`;
  if (errorCode === kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED) {
    const resource = transactionalIdPrefix(set, region);
    return lackText({ ...rightOfRequest[call], resource, pattern: 'prefixed' }, account, answered);
  }
  if (errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED && topic !== undefined) {
    const right = { ...rightOfRequest.AddPartitionsToTxn.besides, resource: topic };
    return lackText(right, account, answered);
  }
  return answered;
}
