// What the completion scripts of the shells call: `causeway complete -- WORDS…`.
import root from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import { buildProgram } from './program.ts';

/** Prints the suggestions for the last of `words`, in the form the scripts expect. */
export function complete(words: readonly string[]): void {
  tab(buildProgram());
  root.parse([...words]);
}
