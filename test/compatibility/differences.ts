// What differs between versions of Kafka as far as a mirror is concerned, found by running them; and what
// Causeway does about it.

export interface Difference {
  /** Versions, in words. */
  readonly where: string;
  readonly what: string;
  readonly handled: string;
}

export const differences: readonly Difference[] = [];
