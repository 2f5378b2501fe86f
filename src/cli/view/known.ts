// Sums and maxima of which some parts may be unknown.
import { unknown } from '../output/values.ts';

/** `value` is undefined where nothing is known. */
export interface Known<T> {
  readonly value: T | undefined;
  /** False where some part is unknown: then the truth is at least `value`. */
  readonly complete: boolean;
}

/** With `≥` where a part of it is not known. */
export function knownText<T>(known: Known<T>, format: (value: T) => string): string {
  if (known.value === undefined) return unknown;
  return `${known.complete ? '' : '≥'}${format(known.value)}`;
}
