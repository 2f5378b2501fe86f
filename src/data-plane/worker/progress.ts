// What the ledger and the status are told of a mirror partition.
import type { ObservedMirror, ObservedPartition } from '../../ledger/records.ts';
import { heldOf } from '../mirror/held.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { Cause } from '../mirror/stop-cause.ts';

/** One partition as it is now. Draining shows as what it leads to: it takes a moment only. */
export function observePartition(partition: MirrorPartition): ObservedPartition {
  const { view, counts, spec } = partition;
  const held = heldOf(partition);
  return {
    partition: spec.partition,
    state: shownState(partition),
    cause: shownCause(partition),
    position: partition.position,
    shift: partition.shift,
    sourceEnd: view.highWatermark,
    sourceStable: view.stableOffset,
    sourceStart: view.logStart,
    sourceSeenAtMs: view.seenAtMs,
    oldestMissingMs: view.missingSinceMs,
    bytes: BigInt(counts.bytes),
    records: BigInt(counts.records),
    batches: BigInt(counts.batches),
    holes: BigInt(counts.holes),
    fillers: BigInt(counts.fillers),
    prefix: partition.prefix,
    heldBy: held && { sinceMs: held.sinceMs, producerId: held.producerId },
    tail: partition.tail,
  };
}

/** The records of one worker, one per topic. */
export function observeMirrors(
  partitions: Iterable<MirrorPartition>,
  worker: string,
  nowMs: number,
): ObservedMirror[] {
  const byTopic = new Map<string, { first: MirrorPartition; partitions: ObservedPartition[] }>();
  for (const partition of partitions) {
    const { topic } = partition.spec;
    const entry = byTopic.get(topic);
    const observed = observePartition(partition);
    if (entry === undefined) byTopic.set(topic, { first: partition, partitions: [observed] });
    else entry.partitions.push(observed);
  }
  return [...byTopic.values()].map(({ first, partitions }) => ({
    kind: 'mirror',
    set: first.spec.set,
    topic: first.spec.topic,
    source: first.spec.sourceRegion,
    target: first.spec.targetRegion,
    worker,
    observedAtMs: nowMs,
    partitions: partitions.sort((a, b) => a.partition - b.partition),
  }));
}

function shownState(partition: MirrorPartition): ObservedPartition['state'] {
  if (partition.prefix !== undefined) return 'prefilling';
  const { state } = partition;
  const name = state.name === 'draining' ? state.next.name : state.name;
  return name === 'closed' ? 'paused' : name;
}

function shownCause(partition: MirrorPartition): ObservedPartition['cause'] {
  const { state } = partition;
  const leading = state.name === 'draining' ? state.next : state;
  if (leading.name !== 'waiting' && leading.name !== 'stopped') return undefined;
  const { code, message }: Cause = leading.cause;
  return { code, message, sinceMs: partition.troubledSinceMs };
}
