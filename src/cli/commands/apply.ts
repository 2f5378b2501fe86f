// `causeway apply`: shows the plan, asks, and makes causeway.yaml the desired state of every region.
import { checkBeforeApply, writeTopology } from '../access/apply-topology.ts';
import { makePlan } from '../access/make-plan.ts';
import { withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, textOption } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { durationOption } from '../quantities.ts';
import { planText } from '../view/plan-text.ts';
import { waitForMirroring } from '../wait-for-mirroring.ts';

const waitMsDefault = 300_000;

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    const read = await regions.readForApply();
    checkBeforeApply(read);
    const plan = await makePlan(invocation, regions, read);
    screen.note(planText(plan, screen.notePaint).trimEnd());
    const names = regions.file.topology.regions.keys();
    await screen.confirm(`Apply ${regions.file.path} to ${[...names].join(', ')}?`);
    const record = await writeTopology(
      invocation,
      regions,
      read,
      textOption(invocation.options, 'reason') ?? '',
    );
    if (flagOption(invocation.options, 'wait')) {
      const waitMs = durationOption(invocation.options, 'timeout') ?? waitMsDefault;
      await waitForMirroring(invocation, regions, waitMs, (text) => screen.progress(text));
      screen.progress('');
    }
    const regionNames = read.map(({ picture }) => picture.name);
    await screen.report({
      text: (paint) => paint('green', `Applied in ${regionNames.join(', ')}.`),
      data: {
        appliedAtMs: record.appliedAtMs,
        actor: record.actor,
        reason: record.reason,
        regions: regionNames,
      },
      names: regionNames,
    });
    return exitCode.fine;
  });
}
