// `causeway generate completion SHELL`: the script that makes the tabulator key work.
import { script } from '@bomb.sh/tab';
import { CausewayError } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { shells } from '../shells.ts';

type Shell = (typeof shells)[number];

export async function run(invocation: Invocation): Promise<ExitCode> {
  const given = mustArgument(invocation, 0);
  const shell = shells.find((name) => name === given);
  if (shell === undefined) {
    throw new CausewayError(
      'CW-6008',
      `there is no completion for "${given}"; there is for ${shells.join(', ')}`,
    );
  }
  print(shell);
  return exitCode.fine;
}

/** The library prints by itself, to standard output. */
function print(shell: Shell): void {
  script(shell, 'causeway', 'causeway');
}
