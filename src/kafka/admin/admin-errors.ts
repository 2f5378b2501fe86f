// Errors of the Kafka library as ours. They come nested: an aggregate of an answer's errors, each with
// Kafka's name.
import { CausewayError, describeError } from '../../base/errors.ts';

export interface AdminFailure {
  readonly error: CausewayError;
  /** Kafka's names of all errors in the answer, as in TOPIC_ALREADY_EXISTS; empty where none came. */
  readonly kafkaErrors: readonly string[];
}

const notPermitted = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

const loginRefused = new Set([
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
]);

/** Passes by itself: a broker that is going, coming or not the right one. */
const passing = new Set([
  'NOT_CONTROLLER',
  'REQUEST_TIMED_OUT',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'BROKER_NOT_AVAILABLE',
]);

/** `doing` completes "could not …". */
export function adminError(thrown: unknown, region: string, doing: string): AdminFailure {
  const own = innermostOf(thrown);
  if (own instanceof CausewayError) {
    const text = `${region}: could not ${doing}: ${own.message}`;
    return { kafkaErrors: [], error: new CausewayError(own.code, text, { region }, own.cause) };
  }
  const found = kafkaErrorsIn(thrown);
  const kafkaErrors = found.map(({ name }) => name);
  const said = found.map(({ name, words }) => (words === '' ? name : `${name} (${words})`)).join(', ');
  const details = { region };
  if (kafkaErrors.some((name) => loginRefused.has(name))) {
    const text = `${region}: the login was refused: ${said}`;
    return { kafkaErrors, error: new CausewayError('CW-3012', text, details, thrown) };
  }
  if (kafkaErrors.some((name) => notPermitted.has(name))) {
    const text = `${region}: not permitted to ${doing}: ${said}`;
    return { kafkaErrors, error: new CausewayError('CW-3010', text, details, thrown) };
  }
  if (found.length > 0 && !kafkaErrors.every((name) => passing.has(name))) {
    const text = `${region}: the cluster refused to ${doing}: ${said}`;
    return { kafkaErrors, error: new CausewayError('CW-3009', text, details, thrown) };
  }
  const text = `${region}: could not ${doing}: ${said === '' ? describeError(own) : said}`;
  return { kafkaErrors, error: new CausewayError('CW-3008', text, details, thrown) };
}

interface KafkaErrorWords {
  readonly name: string;
  readonly words: string;
}

function kafkaErrorsIn(thrown: unknown): KafkaErrorWords[] {
  const found = new Map<string, KafkaErrorWords>();
  const look = (error: unknown, depth: number): void => {
    if (!(error instanceof Error) || depth > 8) return;
    const { apiId, serverErrorMessage } = error as { apiId?: unknown; serverErrorMessage?: unknown };
    if (typeof apiId === 'string' && !found.has(apiId)) {
      found.set(apiId, {
        name: apiId,
        words: typeof serverErrorMessage === 'string' ? serverErrorMessage : '',
      });
    }
    if (error instanceof AggregateError) for (const each of error.errors) look(each, depth + 1);
    look(error.cause, depth + 1);
  };
  look(thrown, 0);
  return [...found.values()];
}

/** The library's outer messages say only that something failed; the innermost says what. */
function innermostOf(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < 8 && error instanceof Error; depth += 1) {
    // With a cause or without: what we said ourselves is said best.
    if (error instanceof CausewayError) break;
    const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error.cause) : error.cause;
    if (inner === undefined) break;
    error = inner;
  }
  return error;
}
