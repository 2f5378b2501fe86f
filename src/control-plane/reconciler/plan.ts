// From what is wanted and what is seen to what is to be done at one target. Pure: dry run, log and controller
// show the same list.
import { invariant } from '../../base/errors.ts';
import type { ObservedTopic } from '../../ledger/records.ts';
import { findPause } from '../../ledger/snapshot-view.ts';
import { describeOverlap, findOverlaps } from '../../topology/overlaps.ts';
import { compileTopicMatcher } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { Action } from './actions.ts';
import { type ClusterLook, isSeen, type Observation, type Unseen } from './observation.ts';
import { planTopic, type Refusal, withhold } from './plan-topic.ts';

export interface Plan {
  readonly actions: readonly Action[];
  /** Sets that nothing can be said about now, each with why. They stay as they are. */
  readonly unknown: readonly { readonly set: string; readonly code: string; readonly message: string }[];
}

export function plan(observation: Observation): Plan {
  const { region, topology, clusters } = observation;
  const actions: Action[] = [];
  const unknown: Plan['unknown'][number][] = [];
  const target = clusters.get(region);
  const refusals = refusalsByOverlap(observation);
  for (const set of topology.mirrors.values()) {
    if (!set.to.includes(region)) continue;
    const source = clusters.get(set.home);
    if (!isSeen(source) || !isSeen(target)) {
      unknown.push({ set: set.name, ...whyUnseen(target, source) });
      continue;
    }
    if (source.clusterId === target.clusterId) {
      const message = `${set.home} and ${region} are one cluster (id ${target.clusterId})`;
      unknown.push({ set: set.name, code: 'CW-1011', message });
      continue;
    }
    actions.push(...planSet(observation, set, source, target, refusals));
  }
  return { actions: [...actions, ...leaveOrphans(observation)], unknown };
}

function whyUnseen(...looks: readonly (ClusterLook | Unseen | undefined)[]) {
  const unseen = looks.find((look) => look !== undefined && !isSeen(look));
  invariant(unseen !== undefined && 'error' in unseen, 'the clusters of a planned set were looked at');
  return unseen.error;
}

function planSet(
  { generations, pauses, decided }: Observation,
  set: MirrorSetSpec,
  source: ClusterLook,
  target: ClusterLook,
  refusals: ReadonlyMap<string, Refusal>,
): Action[] {
  const actions: Action[] = [];
  const ofSet = generations.get(set.name);
  if (ofSet?.live === undefined) {
    const generation = ofSet?.nextGeneration ?? 1;
    const reason = generation === 1 ? 'the set is new in this region' : 'the last generation has ended';
    actions.push({ kind: 'open-generation', set: set.name, generation, reason });
  }
  const before = new Map(decided.filter((each) => each.set === set.name).map((each) => [each.topic, each]));
  const matcher = compileTopicMatcher(set);
  for (const topic of source.topics.values()) {
    if (!matcher.matches(topic.name)) continue;
    const atTarget = target.topics.get(topic.name);
    const isPaused = findPause(pauses, set.name, topic.name) !== undefined;
    const context = { set, source, target, isPaused, decided: before.get(topic.name) };
    const isOurs = decided.some(({ targetTopicId }) => targetTopicId === atTarget?.topicId);
    const refusal = refusals.get(refusalKey(set.name, topic.name));
    actions.push(...planTopic(context, topic, atTarget, isOurs, refusal));
  }
  for (const [topic, denial] of source.hidden ?? []) {
    if (!matcher.matches(topic)) continue;
    actions.push(...withhold({ set, source, target, decided: before.get(topic) }, topic, denial));
  }
  for (const each of before.values()) {
    // A topic that vanished at the source stays with its worker, which says so, unless that is expected;
    // one that left the set is left.
    if (each.state === 'gone') continue;
    if (!matcher.matches(each.topic)) actions.push(leave(each, 'it is not in the mirror set any more'));
    else if (set.onRecreate === 'keep' && each.state === 'mirrored' && isGone(source, each.topic)) {
      actions.push(leave(each, `it is not in ${source.region} any more, and on.recreate is keep`));
    }
  }
  return actions;
}

/** What may not be seen may well be there. */
const isGone = ({ topics, hidden }: ClusterLook, topic: string): boolean =>
  !topics.has(topic) && hidden?.has(topic) !== true;

/** Topics of sets that the topology does not have any more, or not towards this region. */
function leaveOrphans({ region, topology, decided }: Observation): Action[] {
  return decided
    .filter((each) => each.state !== 'gone')
    .filter((each) => topology.mirrors.get(each.set)?.to.includes(region) !== true)
    .map((each) => leave(each, `mirror set ${each.set} does not go to ${region} any more`));
}

function leave(before: ObservedTopic, reason: string): Action {
  const { observedAtMs: _at, ...rest } = before;
  const decision = { ...rest, state: 'gone', cause: undefined } as const;
  return { kind: 'leave-topic', set: before.set, topic: before.topic, reason, decision };
}

const refusalKey = (set: string, topic: string) => `${set}/${topic}`;

/** Overlaps among the topics that exist: patterns that the file could not show to meet. */
function refusalsByOverlap({ topology, clusters }: Observation): ReadonlyMap<string, Refusal> {
  const names = new Set<string>();
  for (const look of clusters.values())
    if (isSeen(look)) for (const name of look.topics.keys()) names.add(name);
  const refusals = new Map<string, Refusal>();
  if (findOverlaps(topology, names).length === 0) return refusals;
  for (const name of names) {
    for (const overlap of findOverlaps(topology, [name])) {
      const code = overlap.kind === 'circle' ? 'CW-1010' : 'CW-1009';
      // Of two sets that meet, the first of the file keeps the topic; in a circle none can.
      const refused = overlap.kind === 'circle' ? overlap.sets : overlap.sets.slice(1);
      for (const set of refused)
        refusals.set(refusalKey(set, name), { code, message: describeOverlap(overlap) });
    }
  }
  return refusals;
}
