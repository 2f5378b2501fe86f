// `causeway lab load stop`: ends the live traffic.
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { stopLoad } = await import('../../../lab/control-client.ts');
  await showLab(createScreen(invocation), await stopLoad());
  return exitCode.fine;
}
