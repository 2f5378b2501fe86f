// `causeway mirrors pause SET [TOPIC]`: stops copying, in order.
import { withRegions } from '../access/regions.ts';
import { heldBy, pause, pausedIn } from '../access/set-pause.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, textOption } from '../invocation.ts';
import { toJson } from '../output/listing.ts';
import { createScreen } from '../output/screen.ts';
import { waitForState } from '../wait-for-state.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    const picture = await regions.look();
    const { held, what } = heldBy(invocation, picture);
    const { spec, topic } = held;
    const already = pausedIn(picture, held).length === spec.to.length;
    if (!already) {
      await screen.confirm(`Pause ${what}?`);
      await pause(invocation, regions, held, textOption(invocation.options, 'reason') ?? '');
    }
    await waitForState(invocation, regions, held, 'paused', screen);
    await screen.report({
      text: (paint) => (already ? `${what} was paused already.` : paint('green', `Paused: ${what}.`)),
      data: toJson({ set: spec.name, topic, targets: spec.to, changed: !already }),
      names: spec.to.map((target) => `${spec.name}/${target}`),
    });
    return exitCode.fine;
  });
}
