// `causeway verify SET|--all`: the comparison of mirror sets.
import { CausewayError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { RateLimit } from '../../data-plane/verifier/rate-limit.ts';
import type { VerifyContext } from '../../data-plane/verifier/verify-context.ts';
import {
  listPartitions,
  type PartitionName,
  resultOf,
  type VerifyOutcome,
  verifyPartitions,
} from '../../data-plane/verifier/verify-topics.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { askSegments, type SegmentsNow } from '../access/ask-segments.ts';
import { askCompactedTopics } from '../access/compacted-topics.ts';
import { type Regions, withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, textOption } from '../invocation.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { VerifyMeter } from '../output/verify-meter.ts';
import { rateOption } from '../quantities.ts';
import { mustSet } from '../view/mirrors.ts';
import type { Picture } from '../view/picture.ts';
import { isOfSet, topicsToVerify } from '../view/topics-to-verify.ts';
import { compareWithSegments } from '../compare-with-segments.ts';
import { type VerifiedSet, verifyData, verifyText } from '../view/verify-text.ts';
import { type VerifyScope, verifyScope } from '../verify-options.ts';

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, async (regions) => {
    const screen = createScreen(invocation);
    const scope = verifyScope(invocation.options, invocation.terminal.clock, systemRandom);
    const picture = await regions.look();
    const specs = chosenSets(invocation, picture);
    const verified: VerifiedSet[] = [];
    for (const spec of specs) {
      for (const target of chosenTargets(invocation, spec)) {
        verified.push(await verifySet({ invocation, screen, regions, picture, scope }, spec, target));
      }
    }
    await screen.report({
      text: (paint) => verifyText(verified, paint),
      data: verifyData(verified),
      names: verified.map(({ set, target }) => `${set}/${target}`),
    });
    return exitCodeOfSets(verified);
  });
}

function exitCodeOfSets(verified: readonly VerifiedSet[]): ExitCode {
  const results = verified.map(({ outcomes }) => resultOf(outcomes));
  if (results.includes('different')) return exitCode.difference;
  return results.every((result) => result === 'equal') ? exitCode.fine : exitCode.partlyDone;
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

interface Verification {
  readonly invocation: Invocation;
  readonly screen: Screen;
  readonly regions: Regions;
  readonly picture: Picture;
  readonly scope: VerifyScope;
}

async function verifySet(
  verification: Verification,
  spec: MirrorSetSpec,
  target: string,
): Promise<VerifiedSet> {
  const { invocation, screen, regions, scope } = verification;
  const { clock, signal } = invocation.terminal;
  const bytesPerSecond = rateOption(invocation.options, 'rate') ?? Number.POSITIVE_INFINITY;
  const side = (region: string) => ({
    region,
    cluster: regions.clusterOf(region),
    limit: new RateLimit(clock, bytesPerSecond),
  });
  const source = side(spec.home);
  const context: VerifyContext = { source, target: side(target), clock, signal, random: systemRandom };
  const { shared, others } = await listPartitions(context, await topicsOf(verification, spec, target));
  const topics = [...new Set(shared.map(({ topic }) => topic))];
  const { compacted, refused } = await askCompactedTopics(regions, [spec.home, target], topics);
  const readable = shared.filter(({ topic }) => !refused.has(topic));
  const title = `${spec.name} ${spec.home} → ${target}`;
  const meter = new VerifyMeter(screen, invocation.terminal, title, readable.length);
  const askNow = () => askSegments(regions, target, topics);
  const compare = async (names: readonly PartitionName[], segments: SegmentsNow) => {
    const found: VerifyOutcome[] = [];
    await verifyPartitions(context, names, {
      optionsOf: (name) => ({
        ...scope,
        isCompacted: compacted.has(name.topic),
        segments: segments.of(name),
        firstOffset: segments.firstOffsetOf(name),
      }),
      onOutcome: (outcome) => {
        found.push(outcome);
        meter.partitionDone();
      },
      onProgress: (progress) => meter.advance(progress.bytes),
    });
    return found;
  };
  const { outcomes, unknown } = await compareWithSegments(readable, askNow, compare);
  meter.end();
  const all = [...others, ...unreadable(refused), ...outcomes].sort(byPartition);
  return { set: spec.name, source: spec.home, target, scope, outcomes: all, segmentsUnknown: unknown };
}

/** Without its settings it is not known whether a record may be gone. */
const unreadable = (refused: ReadonlyMap<string, CausewayError>): VerifyOutcome[] =>
  [...refused].map(([topic, error]) => ({
    kind: 'unreadable',
    name: { topic, partition: undefined },
    error,
  }));

async function topicsOf(
  { invocation, regions, picture }: Verification,
  spec: MirrorSetSpec,
  target: string,
): Promise<readonly string[]> {
  const source = regions.clusterOf(spec.home);
  const { topics: listed } = await source.metadata('all');
  const topics = topicsToVerify(
    picture,
    spec,
    target,
    listed.map(({ name }) => name),
  );
  const only = textOption(invocation.options, 'topic');
  if (only === undefined) return topics;
  if (topics.includes(only)) return [only];
  if (isOfSet(spec, only)) {
    const { topics: asked } = await source.metadata([only]);
    if (asked.some(({ errorCode }) => errorCode !== kafkaError.UNKNOWN_TOPIC_OR_PARTITION)) return [only];
  }
  throw new CausewayError('CW-6006', `${spec.name} has no topic "${only}" in ${spec.home}`, { topic: only });
}

function byPartition(a: VerifyOutcome, b: VerifyOutcome): number {
  const name = (outcome: VerifyOutcome) => (outcome.kind === 'compared' ? outcome.verdict : outcome.name);
  const [left, right] = [name(a), name(b)];
  return left.topic.localeCompare(right.topic) || (left.partition ?? -1) - (right.partition ?? -1);
}
