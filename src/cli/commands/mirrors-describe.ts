// `causeway mirrors describe SET`: settings, generation, processes, topics and partitions.
import { askProtections } from '../access/protections.ts';
import { withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { describeSet, describeSetData } from '../view/describe-set.ts';
import { mustSet } from '../view/mirrors.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const picture = await regions.look();
    const spec = mustSet(picture, mustArgument(invocation, 0));
    const protections = await askProtections(regions, picture, spec);
    await createScreen(invocation).report({
      text: (paint) => describeSet(picture, spec, protections, paint),
      data: describeSetData(picture, spec, protections),
      names: [spec.name],
    });
    return exitCode.fine;
  });
}
