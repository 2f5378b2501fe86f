// `causeway mirrors resume SET [TOPIC]`: ends pauses, and lets start again what has stopped.
import { withRegions } from '../access/regions.ts';
import { countStuck, heldBy, pausedIn, pausesEndedBy, resume } from '../access/set-pause.ts';
import { CausewayError } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, textOption } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
import { formatAmount } from '../output/values.ts';
import { waitForState } from '../wait-for-state.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    const picture = await regions.look();
    const { held, what } = heldBy(invocation, picture);
    const { spec, topic } = held;
    if (topic !== '*' && pausedIn(picture, { spec, topic: '*' }).length > 0) {
      const text = `${spec.name} is paused as a whole, so ${topic} alone cannot go on; nothing was changed`;
      throw new CausewayError('CW-6016', text, { set: spec.name, topic });
    }
    const ended = pausesEndedBy(picture, held);
    const stuck = countStuck(picture, held);
    const changed = ended.length > 0 || stuck > 0;
    if (changed) {
      const more = stuck === 0 ? '' : ` (${formatAmount(stuck, 'partition')} stopped or waiting)`;
      await screen.confirm(`Resume ${what}${more}?`);
      await resume(invocation, regions, held, ended, textOption(invocation.options, 'reason') ?? '');
    }
    await waitForState(invocation, regions, held, 'mirroring', screen);
    await screen.report({
      text: (paint) =>
        changed ? paint('green', `Resumed: ${what}.`) : `${what} was neither paused nor stopped.`,
      data: toJson({ set: spec.name, topic, targets: spec.to, changed, ended, stuck }),
      names: spec.to.map((target) => `${spec.name}/${target}`),
    });
    return exitCode.fine;
  });
}
