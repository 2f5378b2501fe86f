// Why a mirror partition waits or has stopped, in the words of the error catalog.
import { CausewayError, describeError, type ErrorDetails, InvariantError } from '../../base/errors.ts';
import type { ErrorCode } from '../../base/error-catalog.ts';

/**
 * What keeps a partition from mirroring. `lasting` causes need a person: they are not tried again until the
 * partition is resumed or the worker restarts. All others are tried again by themselves.
 */
export interface Cause {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Causes under which only a person can go on; every other cause is looked at again by itself. */
const lastingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CW-2003',
  'CW-2004',
  'CW-2005',
  'CW-2006',
  'CW-2007',
  'CW-2008',
  'CW-2011',
  'CW-2012',
  'CW-2013',
  'CW-2014',
  'CW-2016',
  'CW-2026',
  'CW-2032',
]);

export const isLasting = (cause: Cause): boolean => lastingCodes.has(cause.code);

export function causeOf(code: ErrorCode, message: string, details: ErrorDetails = {}): Cause {
  return { code, message, details };
}

/** The cause behind anything thrown while a partition worked. */
export function causeOfError(thrown: unknown): Cause {
  if (thrown instanceof CausewayError) {
    // The code stands by itself.
    const text = describeError(thrown).slice(`${thrown.code} `.length);
    return causeOf(thrown.code, text, thrown.details);
  }
  const message = describeError(thrown);
  return causeOf('CW-2026', thrown instanceof InvariantError ? message : `unexpected: ${message}`);
}
