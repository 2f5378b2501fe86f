// Compares many mirror partitions, a few at a time.
import { CausewayError } from '../../base/errors.ts';
import { listTopics } from './list-topics.ts';
import type { VerifyContext } from './verify-context.ts';
import { type PartitionVerdict, type VerifyOptions, verifyPartition } from './verify-partition.ts';

/** Partitions compared at once; each holds at most four fetch answers. */
export const partitionsAtOnceMax = 4;

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** One partition, or a whole topic where `partition` is undefined. */
export interface OutcomeName {
  readonly topic: string;
  readonly partition: number | undefined;
}

export type VerifyOutcome =
  | { readonly kind: 'compared'; readonly verdict: PartitionVerdict }
  | { readonly kind: 'unreadable'; readonly name: OutcomeName; readonly error: CausewayError }
  /** It exists on one side only, or a topic on none that was named or mirrored. */
  | { readonly kind: 'absent'; readonly name: OutcomeName; readonly side: 'source' | 'target' | 'both' };

export interface VerifyProgress extends PartitionName {
  readonly offset: bigint;
  readonly to: bigint;
  readonly bytes: number;
}

/** Partitions that both sides have, and what is known already of all others. */
export async function listPartitions(
  context: VerifyContext,
  topics: readonly string[],
): Promise<{ shared: PartitionName[]; others: VerifyOutcome[] }> {
  const [source, target] = await Promise.all([
    listTopics(context.source, topics),
    listTopics(context.target, topics),
  ]);
  const shared: PartitionName[] = [];
  const others: VerifyOutcome[] = [];
  for (const topic of topics) {
    const [atSource = 0, atTarget = 0] = [source.get(topic), target.get(topic)];
    if (typeof atSource !== 'number' || typeof atTarget !== 'number') {
      const unseen = [atSource, atTarget].filter((found) => typeof found !== 'number');
      others.push(...unseen.map((error) => ({ kind: 'unreadable', name: wholeOf(topic), error }) as const));
      continue;
    }
    const partitions = Math.max(atSource, atTarget);
    if (partitions === 0) others.push({ kind: 'absent', name: wholeOf(topic), side: 'both' });
    for (let partition = 0; partition < partitions; partition += 1) {
      const name = { topic, partition };
      if (partition < atSource && partition < atTarget) shared.push(name);
      else others.push({ kind: 'absent', name, side: partition < atSource ? 'target' : 'source' });
    }
  }
  return { shared, others };
}

const wholeOf = (topic: string): OutcomeName => ({ topic, partition: undefined });

export interface VerifyPlan {
  /** How a partition is mirrored, and what of it is wanted: identical offsets, all of it, unless given. */
  readonly optionsOf?: (name: PartitionName) => VerifyOptions;
  /** Told each outcome, in no particular order. */
  readonly onOutcome: (outcome: VerifyOutcome) => void;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** Compares the partitions, a few at a time. */
export async function verifyPartitions(
  context: VerifyContext,
  names: readonly PartitionName[],
  plan: VerifyPlan,
): Promise<void> {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      plan.onOutcome(await verifyOne(context, name, plan));
    }
  };
  await Promise.all(Array.from({ length: Math.min(partitionsAtOnceMax, names.length) }, work));
}

async function verifyOne(
  context: VerifyContext,
  name: PartitionName,
  plan: VerifyPlan,
): Promise<VerifyOutcome> {
  try {
    const verdict = await verifyPartition(context, name.topic, name.partition, {
      ...plan.optionsOf?.(name),
      onProgress: (offset, to, bytes) => plan.onProgress?.({ ...name, offset, to, bytes }),
    });
    return { kind: 'compared', verdict };
  } catch (error) {
    if (error instanceof CausewayError) return { kind: 'unreadable', name, error };
    throw error;
  }
}

/** Whether an outcome is a difference between both sides. */
export function isDifferent(outcome: VerifyOutcome): boolean {
  if (outcome.kind === 'absent') return outcome.side !== 'both';
  return outcome.kind === 'compared' && outcome.verdict.comparison.differences.differing > 0n;
}

/** Whether an outcome leaves something open: nothing is known to differ, and not everything was compared. */
export function isIncomplete(outcome: VerifyOutcome): boolean {
  if (outcome.kind === 'unreadable') return true;
  return outcome.kind === 'compared' && outcome.verdict.comparison.differences.offsets('not-comparable') > 0n;
}

/** `nothing`: there was nothing to compare, which is not to be taken for equality. */
export type SetResult = 'equal' | 'different' | 'incomplete' | 'nothing';

/** What the outcomes of one set and target say together. */
export function resultOf(outcomes: readonly VerifyOutcome[]): SetResult {
  if (outcomes.some(isDifferent)) return 'different';
  if (outcomes.some(isIncomplete)) return 'incomplete';
  return outcomes.some(({ kind }) => kind === 'compared') ? 'equal' : 'nothing';
}
