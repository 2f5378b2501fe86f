// What a broker said, out of an error of the Kafka library.
import { describeError } from '../src/base/errors.ts';

/** The library wraps what brokers say in errors that only count them. */
export function brokerWords(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(brokerWords))].join('; ');
  }
  return describeError(error);
}
