// What one produce answer means for the mirror: the whole table, as one pure function.
import type { Account } from '../../kafka/acl/right.ts';
import { type KafkaErrorName, kafkaError, kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import { type Cause, causeOf } from './stop-cause.ts';
import type { TargetOffset } from './offsets.ts';
import { lackOnTopic, placeOf } from './partition-end.ts';

/**
 * - appended: the batch stands where it belongs
 * - restart: run the start procedure at once; the fence makes that safe
 * - contended: another worker of the region wrote this place; step back, then the start procedure
 * - wait: the broker cannot at the moment; later the start procedure
 * - suspect: fetch again and try once more; the second time is a stop
 * - stop: needs a person
 */
export type ProduceOutcome =
  | { readonly kind: 'appended' }
  | { readonly kind: 'restart'; readonly reason: string }
  | { readonly kind: 'contended' | 'wait' | 'suspect' | 'stop'; readonly cause: Cause };

export interface ProduceAnswer {
  readonly errorCode: number;
  readonly baseOffset: bigint;
  readonly errorMessage: string | undefined;
}

/** Where the batch was to go, for the messages. */
export interface ProducePlace {
  readonly targetRegion: string;
  readonly topic: string;
  readonly partition: number;
  /** The leader that the batch was sent to. */
  readonly brokerId: number;
  readonly account?: Account | undefined;
}

const appended: ProduceOutcome = { kind: 'appended' };

/** Judges the answer to a batch whose first record belongs at `expected`. */
export function judgeProduce(
  answer: ProduceAnswer,
  expected: TargetOffset,
  place: ProducePlace,
): ProduceOutcome {
  if (answer.errorCode === kafkaError.NONE) return judgeOffset(answer.baseOffset, expected, place);
  return judgeError(answer, expected, place);
}

function judgeOffset(baseOffset: bigint, expected: TargetOffset, place: ProducePlace): ProduceOutcome {
  if (baseOffset === expected) return appended;
  if (baseOffset < expected) {
    // The broker recognised a repeat and answered with the place of the first one.
    const text = `${targetOf(place)}: the fence answered offset ${baseOffset} for ${expected}`;
    return { kind: 'contended', cause: causeOf('CW-2020', text) };
  }
  // Fillers that came late, or somebody else's records: the start procedure tells them apart.
  return { kind: 'restart', reason: `${targetOf(place)}: offset ${baseOffset} answered for ${expected}` };
}

const targetOf = ({ targetRegion, topic, partition }: ProducePlace) =>
  placeOf({ region: targetRegion, topic, partition });

function judgeError(answer: ProduceAnswer, expected: TargetOffset, place: ProducePlace): ProduceOutcome {
  const name = kafkaErrorName(answer.errorCode) as KafkaErrorName;
  const said = answer.errorMessage ? `${name}: ${answer.errorMessage}` : name;
  const answered = `at target offset ${expected} broker ${place.brokerId} answered ${said}`;
  const at = `${targetOf(place)}: ${answered}`;
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other code means the default
  switch (name) {
    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
    case 'DUPLICATE_SEQUENCE_NUMBER':
      return { kind: 'contended', cause: causeOf('CW-2020', at) };
    case 'REQUEST_TIMED_OUT':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
      return { kind: 'wait', cause: causeOf('CW-2022', at) };
    case 'KAFKA_STORAGE_ERROR':
      return { kind: 'wait', cause: causeOf('CW-2023', at) };
    case 'CORRUPT_MESSAGE':
      return { kind: 'suspect', cause: causeOf('CW-2014', at, { offset: expected }) };
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return { kind: 'suspect', cause: causeOf('CW-2015', at, { offset: expected }) };
    case 'INVALID_TIMESTAMP':
    case 'INVALID_RECORD':
    case 'POLICY_VIOLATION':
    case 'UNSUPPORTED_FOR_MESSAGE_FORMAT':
      return { kind: 'suspect', cause: causeOf('CW-2016', at, { offset: expected }) };
    case 'TOPIC_AUTHORIZATION_FAILED': {
      const text = `${targetOf(place)}: ${lackOnTopic(place, 'Produce', answered)}`;
      return { kind: 'wait', cause: causeOf('CW-2017', text) };
    }
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return { kind: 'wait', cause: causeOf('CW-2017', at) };
    default:
      // Leader moved, unknown topic, epoch raised, producer id unknown, and whatever a later broker may add:
      // the start procedure looks at the log itself and names the cause where one remains.
      return { kind: 'restart', reason: `${targetOf(place)}: ${said}` };
  }
}
