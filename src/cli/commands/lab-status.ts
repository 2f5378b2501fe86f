// `causeway lab status`: brokers, links and traffic of the running lab.
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { mustFindLab } = await import('../../../lab/control-client.ts');
  await showLab(createScreen(invocation), await mustFindLab());
  return exitCode.fine;
}
