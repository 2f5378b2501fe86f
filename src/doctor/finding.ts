// What the doctor has seen at one place: how it is, why that matters, and what to do.
import { type ErrorCode, errorCatalog } from '../base/error-catalog.ts';
import type { CausewayError } from '../base/errors.ts';

/** `unknown`: could not be found out. `not-run`: needs something that failed. */
export const findingStates = ['problem', 'warning', 'unknown', 'not-run', 'ok'] as const;
export type FindingState = (typeof findingStates)[number];

/** What a check has to say; the runner adds which check it was, and where. */
export interface Said {
  readonly state: FindingState;
  /** One sentence without its full stop, without secrets. */
  readonly what: string;
  readonly why?: string | undefined;
  readonly next?: string | undefined;
  readonly code?: ErrorCode | undefined;
  /** A few words for the line in which everything that is fine is told together. */
  readonly short?: string | undefined;
}

export interface Finding extends Said {
  /** One or two words: `DNS`, `TLS`, `login`. */
  readonly check: string;
  /** A region with an address, a broker or a mirror set. */
  readonly where: string;
}

interface Reason {
  readonly code?: ErrorCode;
  readonly why?: string;
  readonly next?: string;
}

export const ok = (what: string, short?: string): Said => ({ state: 'ok', what, short });

/** Cannot be found out, and nothing says that it is wrong. */
export const unknown = (what: string, why?: string): Said => ({ state: 'unknown', what, why });

export const problem = (what: string, reason: Reason): Said => said('problem', what, reason);

export const warning = (what: string, reason: Reason): Said => said('warning', what, reason);

/** An error as a finding: the catalog says why and what to do. */
export function saidOf(error: CausewayError, state: FindingState = 'problem', next?: string): Said {
  return said(state, error.message, { code: error.code, ...(next !== undefined && { next }) });
}

function said(state: FindingState, what: string, { code, why, next }: Reason): Said {
  const entry = code === undefined ? undefined : errorCatalog[code];
  return { state, what, code, why: why ?? entry?.explanation, next: next ?? entry?.next };
}
