// Compares many mirror partitions, a few at a time.
import { CausewayError } from '../../base/errors.ts';
import { type PartitionVerdict, type VerifyContext, verifyPartition } from './verify-partition.ts';

/** Partitions compared at once; each holds at most four fetch answers. */
export const partitionsAtOnceMax = 4;

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

export type VerifyOutcome =
  | { readonly kind: 'compared'; readonly verdict: PartitionVerdict }
  | { readonly kind: 'unreadable'; readonly name: PartitionName; readonly error: CausewayError }
  /** The partition exists on one side only. */
  | { readonly kind: 'absent'; readonly name: PartitionName; readonly side: 'source' | 'target' };

export interface VerifyProgress extends PartitionName {
  readonly offset: bigint;
  readonly to: bigint;
  readonly bytes: number;
}

/** Partitions that both sides have, and those that only one has. */
export async function listPartitions(
  context: VerifyContext,
  topics: readonly string[],
): Promise<{ shared: PartitionName[]; absent: VerifyOutcome[] }> {
  const [source, target] = await Promise.all([
    partitionCounts(context, 'source', topics),
    partitionCounts(context, 'target', topics),
  ]);
  const shared: PartitionName[] = [];
  const absent: VerifyOutcome[] = [];
  for (const topic of topics) {
    const atSource = source.get(topic) ?? 0;
    const atTarget = target.get(topic) ?? 0;
    for (let partition = 0; partition < Math.max(atSource, atTarget); partition += 1) {
      const name = { topic, partition };
      if (partition < atSource && partition < atTarget) shared.push(name);
      else absent.push({ kind: 'absent', name, side: partition < atSource ? 'target' : 'source' });
    }
  }
  return { shared, absent };
}

async function partitionCounts(
  context: VerifyContext,
  side: 'source' | 'target',
  topics: readonly string[],
): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const view = await context[side].cluster.metadata(topics);
  return new Map(view.topics.map((topic) => [topic.name, topic.partitions.length]));
}

/** Compares the partitions; `onOutcome` is told each as it ends, in no particular order. */
export async function verifyPartitions(
  context: VerifyContext,
  names: readonly PartitionName[],
  onOutcome: (outcome: VerifyOutcome) => void,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<void> {
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      onOutcome(await verifyOne(context, name, onProgress));
    }
  };
  await Promise.all(Array.from({ length: Math.min(partitionsAtOnceMax, names.length) }, work));
}

async function verifyOne(
  context: VerifyContext,
  name: PartitionName,
  onProgress: (progress: VerifyProgress) => void,
): Promise<VerifyOutcome> {
  try {
    const verdict = await verifyPartition(context, name.topic, name.partition, (offset, to, bytes) =>
      onProgress({ ...name, offset, to, bytes }),
    );
    return { kind: 'compared', verdict };
  } catch (error) {
    if (error instanceof CausewayError) return { kind: 'unreadable', name, error };
    throw error;
  }
}

/** Whether an outcome is a difference between both sides. */
export function isDifferent(outcome: VerifyOutcome): boolean {
  if (outcome.kind === 'absent') return true;
  return outcome.kind === 'compared' && outcome.verdict.comparison.differences.differing > 0n;
}

/** Whether an outcome leaves something open: nothing is known to differ, and not everything was compared. */
export function isIncomplete(outcome: VerifyOutcome): boolean {
  if (outcome.kind === 'unreadable') return true;
  return outcome.kind === 'compared' && outcome.verdict.comparison.differences.offsets('not-comparable') > 0n;
}
