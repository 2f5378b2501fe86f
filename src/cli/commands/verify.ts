// `causeway verify SET|--all`: the complete comparison of mirror sets.
import { CausewayError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { RateLimit } from '../../data-plane/verifier/rate-limit.ts';
import type { VerifyContext } from '../../data-plane/verifier/verify-partition.ts';
import {
  isDifferent,
  isIncomplete,
  listPartitions,
  type VerifyOutcome,
  verifyPartitions,
} from '../../data-plane/verifier/verify-topics.ts';
import { matchTopics } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { type Regions, withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, textOption } from '../invocation.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { VerifyMeter } from '../output/verify-meter.ts';
import { rateOption } from '../quantities.ts';
import { mustSet } from '../view/mirrors.ts';
import type { Picture } from '../view/picture.ts';
import { type VerifiedSet, verifyData, verifyText } from '../view/verify-text.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    const specs = chosenSets(invocation, await regions.look());
    const verified: VerifiedSet[] = [];
    for (const spec of specs) {
      for (const target of chosenTargets(invocation, spec)) {
        verified.push(await verifySet(invocation, screen, regions, spec, target));
      }
    }
    await screen.report({
      text: (paint) => verifyText(verified, paint),
      data: verifyData(verified),
      names: verified.map(({ set, target }) => `${set}/${target}`),
    });
    return exitCodeOfOutcomes(verified.flatMap(({ outcomes }) => outcomes));
  });
}

function exitCodeOfOutcomes(outcomes: readonly VerifyOutcome[]): ExitCode {
  if (outcomes.some(isDifferent)) return exitCode.difference;
  return outcomes.some(isIncomplete) ? exitCode.partlyDone : exitCode.fine;
}

function chosenSets(invocation: Invocation, picture: Picture): readonly MirrorSetSpec[] {
  const [name] = invocation.args;
  const all = flagOption(invocation.options, 'all');
  if ((name === undefined) === !all)
    throw new CausewayError('CW-6008', 'give either the name of a mirror set or --all');
  if (name !== undefined) return [mustSet(picture, name)];
  if (picture.applied === undefined) throw new CausewayError('CW-6007', 'no topology has been applied yet');
  return [...picture.applied.topology.mirrors.values()];
}

function chosenTargets(invocation: Invocation, spec: MirrorSetSpec): readonly string[] {
  const wanted = textOption(invocation.options, 'target');
  if (wanted === undefined) return spec.to;
  if (spec.to.includes(wanted)) return [wanted];
  throw new CausewayError(
    'CW-6006',
    `${spec.name} is not mirrored to "${wanted}", but to ${spec.to.join(', ')}`,
  );
}

async function verifySet(
  invocation: Invocation,
  screen: Screen,
  regions: Regions,
  spec: MirrorSetSpec,
  target: string,
): Promise<VerifiedSet> {
  const { clock, signal } = invocation.terminal;
  const bytesPerSecond = rateOption(invocation.options, 'rate') ?? Number.POSITIVE_INFINITY;
  const side = (region: string) => ({
    region,
    cluster: regions.clusterOf(region),
    limit: new RateLimit(clock, bytesPerSecond),
  });
  const source = side(spec.home);
  const context: VerifyContext = { source, target: side(target), clock, signal, random: systemRandom };
  const topics = await topicsOf(invocation, regions, spec);
  const { shared, absent } = await listPartitions(context, topics);
  const outcomes: VerifyOutcome[] = [...absent];
  const meter = new VerifyMeter(
    screen,
    invocation.terminal,
    `${spec.name} ${spec.home} → ${target}`,
    shared.length,
  );
  await verifyPartitions(
    context,
    shared,
    (outcome) => {
      outcomes.push(outcome);
      meter.partitionDone();
    },
    (progress) => meter.advance(progress.bytes),
  );
  meter.end();
  return { set: spec.name, source: spec.home, target, outcomes: outcomes.sort(byPartition) };
}

async function topicsOf(invocation: Invocation, regions: Regions, spec: MirrorSetSpec): Promise<string[]> {
  const view = await regions.clusterOf(spec.home).metadata('all');
  const topics = matchTopics(
    spec,
    view.topics.map((topic) => topic.name),
  ).sort();
  const only = textOption(invocation.options, 'topic');
  if (only === undefined) return topics;
  if (topics.includes(only)) return [only];
  throw new CausewayError('CW-6006', `${spec.name} has no topic "${only}" in ${spec.home}`, { topic: only });
}

function byPartition(a: VerifyOutcome, b: VerifyOutcome): number {
  const name = (outcome: VerifyOutcome) => (outcome.kind === 'compared' ? outcome.verdict : outcome.name);
  return name(a).topic.localeCompare(name(b).topic) || name(a).partition - name(b).partition;
}
