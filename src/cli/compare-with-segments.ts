// Compares partitions by the segments of the ledger, and those that differ once more where a mirror has been
// shifted meanwhile.
import { areSameSegments } from '../base/shift-segments.ts';
import { isDifferent, type PartitionName, type VerifyOutcome } from '../data-plane/verifier/verify-topics.ts';
import type { SegmentsNow } from './access/ask-segments.ts';

/**
 * A shift is in the ledger before the first record that it moves is in the log: asked after a difference was
 * found, the ledger explains it, or nothing does.
 */
export async function compareWithSegments(
  names: readonly PartitionName[],
  ask: () => Promise<SegmentsNow>,
  compare: (names: readonly PartitionName[], segments: SegmentsNow) => Promise<readonly VerifyOutcome[]>,
): Promise<{ readonly outcomes: readonly VerifyOutcome[]; readonly unknown: string | undefined }> {
  const before = await ask();
  const outcomes = await compare(names, before);
  if (!outcomes.some(isDifferent)) return { outcomes, unknown: before.unknown };
  const now = await ask();
  const isMoved = (outcome: VerifyOutcome): boolean =>
    outcome.kind === 'compared' &&
    isDifferent(outcome) &&
    !areSameSegments(before.of(outcome.verdict), now.of(outcome.verdict));
  const moved = outcomes.flatMap((each) => (each.kind === 'compared' && isMoved(each) ? [each.verdict] : []));
  const again = await compare(moved, now);
  return { outcomes: [...outcomes.filter((each) => !isMoved(each)), ...again], unknown: now.unknown };
}
