// `causeway mirrors resume SET [TOPIC]`: goes on where a pause stopped.
import { withRegions } from '../access/regions.ts';
import { heldBy, pausedIn, pausesEndedBy, resume } from '../access/set-pause.ts';
import { CausewayError } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
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
    if (ended.length > 0) {
      await screen.confirm(`Resume ${what}?`);
      await resume(invocation, regions, spec, ended);
    }
    await waitForState(invocation, regions, held, 'mirroring', screen);
    await screen.report({
      text: (paint) => (ended.length === 0 ? `${what} was not paused.` : paint('green', `Resumed: ${what}.`)),
      data: toJson({ set: spec.name, topic, targets: spec.to, changed: ended.length > 0, ended }),
      names: spec.to.map((target) => `${spec.name}/${target}`),
    });
    return exitCode.fine;
  });
}
