// Which mirror partitions a worker of a region should run, from what the ledger says. Pure.
import type { DesiredPause, DesiredResume, ObservedTopic } from '../../ledger/records.ts';
import { findPause } from '../../ledger/snapshot-view.ts';
import type { Topology } from '../../topology/topology.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';

export interface Wanted {
  readonly spec: MirrorSpec;
  readonly paused: boolean;
  /** Names the resumes that were asked for it so far: another text is a new request. */
  readonly resumesAsked: string;
}

export interface AssignmentView {
  readonly topology: Topology;
  readonly pauses: readonly DesiredPause[];
  readonly resumes: readonly DesiredResume[];
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
    const paused = findPause(view.pauses, topic.set, topic.topic) !== undefined;
    const resumesAsked = resumesOf(view.resumes, topic.set, topic.topic);
    for (let partition = 0; partition < topic.partitions; partition += 1) {
      const spec: MirrorSpec = {
        set: topic.set,
        topic: topic.topic,
        partition,
        sourceRegion: set.home,
        targetRegion: region,
        sourceTopicId: topic.sourceTopicId,
        targetTopicId: topic.targetTopicId,
        soft: topic.soft,
      };
      wanted.push({ spec, paused, resumesAsked });
    }
  }
  return wanted;
}

/**
 * By source region: which part of the link's limit is for a worker that runs `mine` of all partitions, from 0
 * to 1. Every worker knows both, so nobody need be asked.
 */
export function partsOfLimits(mine: readonly Wanted[], all: readonly Wanted[]): ReadonlyMap<string, number> {
  const own = Map.groupBy(mine, ({ spec }) => spec.sourceRegion);
  const parts = [...Map.groupBy(all, ({ spec }) => spec.sourceRegion)].map(([source, { length }]) => {
    // What is just being given back needs a little until it is gone.
    const count = Math.max(1, own.get(source)?.length ?? 0);
    return [source, count / length] as const;
  });
  return new Map(parts);
}

/** The times are never compared in size: they come from the clocks of several machines. */
function resumesOf(resumes: readonly DesiredResume[], set: string, topic: string): string {
  const asked = resumes.filter(
    (resume) => resume.set === set && (resume.topic === '*' || resume.topic === topic),
  );
  return asked
    .map((resume) => `${resume.topic}@${resume.resumedAtMs}`)
    .sort()
    .join(' ');
}
