// How an error looks to a person: what happened, why, what to do next, and where to read more.
import { CausewayError, describeError, InvariantError } from '../../base/errors.ts';
import type { Paint } from './style.ts';

/** Lines for standard error; `verbose` adds details and the stack of what nobody expected. */
export function failureText(thrown: unknown, paint: Paint, verbose: boolean): string {
  if (thrown instanceof CausewayError) return operatingFailure(thrown, paint, verbose);
  const head = thrown instanceof InvariantError ? 'a defect in Causeway' : 'unexpected error';
  const lines = [`${paint('red', 'causeway:')} ${head}: ${describeError(thrown)}`];
  if (thrown instanceof Error && thrown.stack !== undefined && verbose) lines.push(thrown.stack);
  else lines.push('  next: repeat with -v and report what it prints');
  return `${lines.join('\n')}\n`;
}

function operatingFailure(error: CausewayError, paint: Paint, verbose: boolean): string {
  const lines = [`${paint('red', 'causeway:')} ${error.message} (${error.code})`];
  const why = error.cause === undefined ? '' : describeError(error.cause);
  // Many messages end with their cause already.
  if (!error.message.endsWith(why)) lines.push(`  why:  ${why}`);
  lines.push(`  next: ${error.next}`);
  lines.push(`  more: causeway explain ${error.code}`);
  if (verbose) {
    for (const [key, value] of Object.entries(error.details)) lines.push(`  ${key}: ${String(value)}`);
    if (error.stack !== undefined) lines.push(error.stack);
  }
  return `${lines.join('\n')}\n`;
}
