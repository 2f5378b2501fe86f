// `causeway apply`: shows the plan, asks, and makes causeway.yaml the desired state of every region.
import { CausewayError } from '../../base/errors.ts';
import { type Applied, checkBeforeApply, checkNoSecrets, writeTopology } from '../access/apply-topology.ts';
import { makePlan } from '../access/make-plan.ts';
import { type Regions, withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, type OptionValues, textOption } from '../invocation.ts';
import type { Report } from '../output/listing.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import type { Paint } from '../output/style.ts';
import { durationOption } from '../quantities.ts';
import { hasChanges, isComplete, type Plan, planText } from '../view/plan-text.ts';
import { waitForMirroring } from '../wait-for-mirroring.ts';

const waitMsDefault = 300_000;

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    checkNoSecrets(regions.file);
    const read = await regions.readForApply();
    checkBeforeApply(read.wanted);
    const plan = await makePlan(invocation, regions, read);
    screen.note(planText(plan, screen.notePaint));
    const waits = flagOption(invocation.options, 'wait');
    const { text } = regions.file;
    const isThere = read.wanted.every(({ picture }) => picture.desired?.yaml === text);
    if (isThere && read.dropped.length === 0 && isComplete(plan) && !hasChanges(plan)) {
      if (waits) await waitForEffect(invocation, regions, screen);
      await screen.report(nothingToApply);
      return exitCode.fine;
    }
    checkDeletions(invocation.options, plan);
    const names = [...read.wanted, ...read.dropped].map(({ picture }) => picture.name);
    await screen.confirm(`Apply ${regions.file.path} to ${names.join(', ')}?`);
    const reason = textOption(invocation.options, 'reason') ?? '';
    const applied = await writeTopology(invocation, regions, read, reason);
    if (waits) await waitForEffect(invocation, regions, screen);
    await screen.report(reportOf(applied));
    return exitCode.fine;
  });
}

/**
 * What a policy of the topology deletes later, without a person, is not asked for again. Throws CW-6018, with
 * nothing done yet.
 */
export function checkDeletions(options: OptionValues, plan: Pick<Plan, 'regions'>): void {
  if (flagOption(options, 'allowDelete')) return;
  const deleted = plan.regions.flatMap(({ region, actions }) =>
    actions.filter(({ kind }) => kind === 'delete-topic').map(({ topic }) => `${region}/${topic ?? '?'}`),
  );
  if (deleted.length === 0) return;
  const text = `the plan deletes ${deleted.join(', ')} with all records. Nothing was changed`;
  throw new CausewayError('CW-6018', text);
}

/** Until the controllers have nothing left to do and every set mirrors. */
async function waitForEffect(invocation: Invocation, regions: Regions, screen: Screen): Promise<void> {
  const waitMs = durationOption(invocation.options, 'timeout') ?? waitMsDefault;
  const actionsLeft = async () => {
    const plan = await makePlan(invocation, regions, await regions.readForApply());
    return plan.regions.flatMap(({ actions }) => actions.map(({ text }) => text));
  };
  try {
    await waitForMirroring(invocation, regions, waitMs, (text) => screen.progress(text), actionsLeft);
  } finally {
    screen.progress('');
  }
}

/** Nobody is asked, and nothing is written, for what is there already. */
const nothingToApply: Report = {
  text: () => 'Nothing was applied: every region has this topology already.',
  data: { regions: [], untold: [] },
  names: [],
};

function reportOf({ record, regions, untold }: Applied): Report {
  const text = (paint: Paint) => {
    const lines = [paint('green', `Applied in ${regions.join(', ')}.`)];
    for (const name of untold) {
      lines.push(
        paint(
          'yellow',
          `${name} is not in the file any more and could not be told: ` +
            'what runs there goes on until it is stopped.',
        ),
      );
    }
    return lines.join('\n');
  };
  const { appliedAtMs, actor, reason } = record;
  return { text, data: { appliedAtMs, actor, reason, regions, untold }, names: regions };
}
