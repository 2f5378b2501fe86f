// The closed catalog of error codes, grouped by thousands: 1 configuration, 2 mirror, 3 connections and
// clusters, 4 ledger, 5 lab, 9 internal. `docs/reference/errors.md` is generated from it.

export interface ErrorEntry {
  /** A short title, no full stop. */
  readonly title: string;
  /** Why it happens and what it means, in whole sentences. */
  readonly explanation: string;
  /** What to do next, in whole sentences. */
  readonly next: string;
}

const entry = (title: string, explanation: string, next: string): ErrorEntry => ({ title, explanation, next });

export const errorCatalog = {
  'CW-2001': entry(
    'source topic is missing',
    'The topic of this mirror does not exist at the source any more.',
    'Re-create nothing by hand. If the deletion was intended, remove the topic from the mirror set and apply.',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalog;
