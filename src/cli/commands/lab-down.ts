// `causeway lab down`: stops the lab and deletes its data.
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const { findLab, stopLab } = await import('../../../lab/control-client.ts');
  const lab = await findLab();
  if (lab === undefined) {
    screen.note('No lab is running.');
    return exitCode.fine;
  }
  await stopLab();
  screen.note('The lab is down; its data is deleted.');
  return exitCode.fine;
}
