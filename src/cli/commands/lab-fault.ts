// `causeway lab fault kill|pause|isolate|heal|restart REGION`.
import { faultKinds } from '../../../lab/lab-types.ts';
import { invariant } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { countOption } from '../quantities.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const kind = faultKinds.find((name) => name === invocation.path.at(-1));
  invariant(
    kind !== undefined,
    `the declarations name a fault that the lab has not: ${invocation.path.join(' ')}`,
  );
  const { injectFault } = await import('../../../lab/control-client.ts');
  const broker = countOption(invocation.options, 'broker');
  const status = await injectFault(kind, mustArgument(invocation, 0), broker);
  await showLab(createScreen(invocation), status);
  return exitCode.fine;
}
