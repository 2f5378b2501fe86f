// Which observed records nobody needs any more: those of workers and processes that are gone for good.
// Without this the ledger would keep whatever any worker ever reported. Pure.
import { keyOf } from './record-key.ts';
import type { ObservedMirror } from './records.ts';
import type { ObservedView } from './snapshot-view.ts';

const hourMs = 60 * 60 * 1_000;
const weekMs = 7 * 24 * hourMs;

/**
 * Keys. A mirror's last report stays, however old it is, until another worker has told of the same partitions
 * for an hour, or its topic has not been mirrored for a week: what was seen last is worth knowing.
 */
export function staleReports(observed: ObservedView, nowMs: number): string[] {
  const mirrored = new Set(
    observed.topics.filter(({ state }) => state !== 'gone').map(({ set, topic }) => `${set}/${topic}`),
  );
  const newest = newestReports(observed.mirrors);
  const isForgotten = ({
    set,
    topic,
    observedAtMs,
  }: Pick<ObservedMirror, 'set' | 'topic' | 'observedAtMs'>) =>
    !mirrored.has(`${set}/${topic}`) && nowMs - observedAtMs >= weekMs;
  const isStale = (mirror: ObservedMirror) =>
    mirror.partitions.every(({ partition }) => {
      const seenAtMs = newest.get(partitionKey(mirror, partition)) ?? 0;
      return seenAtMs - mirror.observedAtMs >= hourMs;
    }) || isForgotten(mirror);
  return [
    ...observed.mirrors.filter(isStale),
    ...observed.verified.filter(isForgotten),
    ...observed.links.filter(({ observedAtMs }) => nowMs - observedAtMs >= hourMs),
    ...observed.processes.filter(({ observedAtMs }) => nowMs - observedAtMs >= weekMs),
  ].map(keyOf);
}

function newestReports(mirrors: readonly ObservedMirror[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const mirror of mirrors) {
    for (const { partition } of mirror.partitions) {
      const key = partitionKey(mirror, partition);
      newest.set(key, Math.max(newest.get(key) ?? 0, mirror.observedAtMs));
    }
  }
  return newest;
}

const partitionKey = ({ set, topic }: ObservedMirror, partition: number) => `${set}/${topic}/${partition}`;
