// `causeway plan`: what would change, value by value and action by action. Changes nothing.
import { checkDifferentClusters } from '../access/apply-topology.ts';
import { makePlan } from '../access/make-plan.ts';
import { withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { hasChanges, isComplete, planData, planNames, planText } from '../view/plan-text.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const read = await regions.readForApply();
    checkDifferentClusters(read.wanted);
    const plan = await makePlan(invocation, regions, read);
    await createScreen(invocation).report({
      text: (paint) => planText(plan, paint),
      data: planData(plan),
      names: planNames(plan),
    });
    if (!isComplete(plan)) return exitCode.cannotConnect;
    const wanted = flagOption(invocation.options, 'detailedExitcode');
    return wanted && hasChanges(plan) ? exitCode.difference : exitCode.fine;
  });
}
