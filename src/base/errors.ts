// The one error class. Every error a person may see has a code of the closed catalog; a code is declared
// once.
import { type ErrorCode, errorCatalog } from './error-catalog.ts';

export type ErrorDetails = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** An operating error: what happened (message), where (details), why (cause), what to do (catalog). */
export class CausewayError extends Error {
  override readonly name = 'CausewayError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** What the reader should do next, from the catalog. */
  get next(): string {
    return errorCatalog[this.code].next;
  }
}

/**
 * A broken invariant: a defect in this program. Never caught to go on; it stops what it belongs to, loudly.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws InvariantError unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Causes deeper than this are left out: an error may be its own cause. */
const causesMax = 8;

/** Node.js says nothing of a name of which no address can be connected to, only of each address. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
}

/** The text of anything that was thrown, with its causes; one that the text tells already is not repeated. */
export function describeError(thrown: unknown, causesLeft = causesMax): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown instanceof CausewayError ? `${thrown.code} ${thrown.message}` : messageOf(thrown);
  if (thrown.cause === undefined || causesLeft === 0) return own;
  const cause = describeError(thrown.cause, causesLeft - 1);
  return own.endsWith(cause) ? own : `${own}: ${cause}`;
}
