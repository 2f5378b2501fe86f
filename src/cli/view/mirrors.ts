// What `causeway mirrors list`, `lag` and `describe` show, computed from a picture. Pure.
import { CausewayError } from '../../base/errors.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { closestName } from '../../base/closest-name.ts';
import { type PartitionRow, partitionRows, type ShownState } from './partitions.ts';
import { findRegion, type Picture } from './picture.ts';
import { statesWorstFirst } from './status.ts';

export interface TopicRow {
  readonly set: string;
  readonly home: string;
  readonly target: string;
  readonly topic: string;
  /** As the controller declared it; undefined while it has not looked. */
  readonly partitions: number | undefined;
  readonly state: ShownState | 'refused' | 'gone';
  readonly cause: { readonly code: string; readonly message: string } | undefined;
}

/** One row per set, target and topic that the controller or a worker has told of. */
export function topicRows(picture: Picture): TopicRow[] {
  const sets = [...(picture.applied?.topology.mirrors.values() ?? [])];
  return sets.flatMap((spec) => spec.to.flatMap((target) => topicsOf(picture, spec, target)));
}

function topicsOf(picture: Picture, spec: MirrorSetSpec, target: string): TopicRow[] {
  const rows = partitionRows(picture, spec.name, target);
  const decided = (findRegion(picture, target)?.topics ?? []).filter(
    (record) => record.set === spec.name && record.target === target,
  );
  const names = new Set([...rows.map((row) => row.topic), ...decided.map((record) => record.topic)]);
  return [...names].sort().map((topic) => {
    const ofTopic = rows.filter((row) => row.topic === topic);
    const record = decided.find((each) => each.topic === topic);
    const worst = statesWorstFirst.find((state) => ofTopic.some((row) => row.state === state)) ?? 'unknown';
    const cause = record?.cause ?? ofTopic.find((row) => row.state === worst)?.last?.cause;
    return {
      set: spec.name,
      home: spec.home,
      target,
      topic,
      partitions: record?.partitions ?? (ofTopic.length === 0 ? undefined : ofTopic.length),
      state: record === undefined || record.state === 'mirrored' ? worst : record.state,
      cause,
    };
  });
}

/** Partitions of all sets, or of one, those with unknown and then the largest lag first. */
export function lagRows(
  picture: Picture,
  set: string | undefined,
  topic: string | undefined,
): PartitionRow[] {
  const sets = [...(picture.applied?.topology.mirrors.values() ?? [])];
  return sets
    .filter((spec) => set === undefined || spec.name === set)
    .flatMap((spec) => spec.to.flatMap((target) => partitionRows(picture, spec.name, target)))
    .filter((row) => topic === undefined || row.topic === topic)
    .sort(furthestBehindFirst);
}

function furthestBehindFirst(a: PartitionRow, b: PartitionRow): number {
  if (a.lagRecords === b.lagRecords) return 0;
  if (a.lagRecords === undefined) return -1;
  if (b.lagRecords === undefined) return 1;
  return a.lagRecords > b.lagRecords ? -1 : 1;
}

/** The set of this name in the applied topology. Throws CW-6007 or CW-6006. */
export function mustSet(picture: Picture, name: string): MirrorSetSpec {
  if (picture.applied === undefined) throw new CausewayError('CW-6007', 'no topology has been applied yet');
  const { mirrors } = picture.applied.topology;
  const spec = mirrors.get(name);
  if (spec !== undefined) return spec;
  const close = closestName(name, mirrors.keys());
  const hint =
    close === undefined ? `there are: ${[...mirrors.keys()].join(', ') || 'none'}` : `did you mean ${close}?`;
  throw new CausewayError('CW-6006', `there is no mirror set "${name}"; ${hint}`, { given: name });
}
