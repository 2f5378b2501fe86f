// Which mirror partitions a worker of a region should run, from what the ledger says. Pure.
import type { DesiredPause, ObservedTopic } from '../../ledger/records.ts';
import type { Topology } from '../../topology/topology.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';

export interface Wanted {
  readonly spec: MirrorSpec;
  readonly paused: boolean;
}

export interface AssignmentView {
  readonly topology: Topology;
  readonly pauses: readonly DesiredPause[];
  /** What the region's controller decided about each topic. */
  readonly topics: readonly ObservedTopic[];
}

/** Every partition that is mirrored to `region`, with the region it comes from in `spec.sourceRegion`. */
export function assign(region: string, view: AssignmentView): Wanted[] {
  const wanted: Wanted[] = [];
  for (const topic of view.topics) {
    const set = view.topology.mirrors.get(topic.set);
    if (set === undefined || topic.target !== region || !set.to.includes(region)) continue;
    if (topic.state !== 'mirrored' || topic.partitions === undefined) continue;
    const paused = isPaused(view.pauses, topic.set, topic.topic);
    for (let partition = 0; partition < topic.partitions; partition += 1) {
      const spec: MirrorSpec = {
        set: topic.set,
        topic: topic.topic,
        partition,
        sourceRegion: set.home,
        targetRegion: region,
        sourceTopicId: topic.sourceTopicId,
        targetTopicId: topic.targetTopicId,
      };
      wanted.push({ spec, paused });
    }
  }
  return wanted;
}

function isPaused(pauses: readonly DesiredPause[], set: string, topic: string): boolean {
  return pauses.some((pause) => pause.set === set && (pause.topic === '*' || pause.topic === topic));
}
