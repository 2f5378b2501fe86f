// Topics that several mirror sets mean: two copies into one region, or a circle of copies. The same check
// runs on the names that a file holds and, in the controller, on the topics that really exist.
import { commonName, type Effort } from './glob-overlap.ts';
import { compileNameList, hasStar, isInternalTopic, type NameList } from './patterns.ts';
import { listed } from './problem.ts';

/** The part of a mirror set that decides about overlaps. */
export interface OverlapSet {
  readonly name: string;
  readonly topics: readonly string[];
  readonly exclude: readonly string[];
  readonly home: string;
  readonly to: readonly string[];
}

export interface Overlap {
  readonly kind: 'same-target' | 'circle';
  /** Names of the sets, in the order of the file. */
  readonly sets: readonly string[];
  /** The target, or the circle with its first region again at the end. */
  readonly regions: readonly string[];
  /** One of the topics, as an example. */
  readonly topic: string;
  readonly topicCount: number;
}

/** Overlaps among real topics. Time: topics × patterns. */
export function findOverlaps(
  topology: { readonly mirrors: ReadonlyMap<string, OverlapSet> },
  topicNames: Iterable<string>,
): readonly Overlap[] {
  return overlapsAmong([...topology.mirrors.values()], topicNames);
}

/** One sentence for a person. */
export function describeOverlap({ kind, sets, regions, topic, topicCount }: Overlap): string {
  const more = topicCount > 1 ? ` (and ${topicCount - 1} more)` : '';
  if (kind === 'same-target') {
    return `topic ${topic}${more} is in the mirror sets ${listed(sets)}, and both copy it to ${regions[0]}`;
  }
  return `topic ${topic}${more} goes in a circle, ${regions.join(' → ')}, by the mirror sets ${listed(sets)}`;
}

/** Steps for comparing patterns with each other, and for matching names, before a cluster is asked. */
const effortPerFile = 20_000_000;
const examplesMax = 1000;
/** More overlaps than this say nothing new. */
const overlapsMax = 1000;

/**
 * Overlaps that can be told without a cluster: names given by themselves, and one example for each pair of
 * patterns that meet. What `exclude` takes out of an example is left to the check on real topics.
 */
export function findStaticOverlaps(sets: readonly OverlapSet[]): readonly Overlap[] {
  if (sets.length < 2) return [];
  const names = new Set<string>();
  const globs: { glob: string; set: number }[] = [];
  const seen = new Set<string>();
  for (const [set, { topics }] of sets.entries()) {
    for (const topic of topics) {
      if (!hasStar(topic)) names.add(topic);
      else if (!seen.has(`${set} ${topic}`)) {
        seen.add(`${set} ${topic}`);
        globs.push({ glob: topic, set });
      }
    }
  }
  const examples = new Set<string>();
  const effort: Effort = { stepsLeft: effortPerFile };
  for (const [index, { glob, set }] of globs.entries()) {
    for (
      let at = index + 1;
      at < globs.length && effort.stepsLeft > 0 && examples.size < examplesMax;
      at += 1
    ) {
      const other = globs[at] as { glob: string; set: number };
      effort.stepsLeft -= 1;
      if (other.set === set) continue;
      const example = commonName(glob, other.glob, effort);
      if (example !== undefined) examples.add(example === '' ? 'any' : example);
    }
  }
  return overlapsAmong(sets, [...examples, ...names], { stepsLeft: effortPerFile });
}

interface CompiledSet {
  readonly set: OverlapSet;
  /** Its place in the file. */
  readonly index: number;
  readonly topics: NameList;
  readonly exclude: NameList;
}

/** Without an effort every name is looked at. */
function overlapsAmong(
  sets: readonly OverlapSet[],
  topicNames: Iterable<string>,
  effort?: Effort,
): readonly Overlap[] {
  if (sets.length < 2) return [];
  const compiled = sets.map((set, index): CompiledSet => {
    return { set, index, topics: compileNameList(set.topics), exclude: compileNameList(set.exclude) };
  });
  const withGlobs = compiled.filter(({ topics }) => topics.globs.length > 0);
  const byName = new Map<string, CompiledSet[]>();
  for (const member of compiled) {
    for (const name of member.topics.names) {
      const members = byName.get(name);
      if (members === undefined) byName.set(name, [member]);
      else members.push(member);
    }
  }
  const globCount = withGlobs.reduce((sum, { topics }) => sum + topics.globs.length, 0);
  const found = new Map<string, Overlap>();
  for (const topic of topicNames) {
    if (isInternalTopic(topic)) continue;
    if (effort !== undefined) effort.stepsLeft -= 1 + globCount;
    if (effort !== undefined && effort.stepsLeft < 0) break;
    const named = byName.get(topic) ?? [];
    const members = new Set(named);
    for (const member of withGlobs) {
      if (!members.has(member) && member.topics.globs.some((glob) => glob.matches(topic)))
        members.add(member);
    }
    if (members.size < 2) continue;
    const sharing = [...members].filter(({ exclude }) => !exclude.matches(topic));
    sharing.sort((a, b) => a.index - b.index);
    const sets = sharing.map(({ set }) => set);
    if (sets.length > 1) note(found, topic, sets);
  }
  return [...found.values()];
}

function note(found: Map<string, Overlap>, topic: string, sharing: readonly OverlapSet[]): void {
  const add = (kind: Overlap['kind'], sets: readonly string[], regions: readonly string[]) => {
    const key = JSON.stringify([kind, sets, regions]);
    if (found.size >= overlapsMax && !found.has(key)) return;
    const topicCount = (found.get(key)?.topicCount ?? 0) + 1;
    found.set(key, { kind, sets, regions, topic: found.get(key)?.topic ?? topic, topicCount });
  };
  const firstAt = new Map<string, string>();
  for (const { name, to } of sharing) {
    for (const target of new Set(to)) {
      const first = firstAt.get(target);
      if (first === undefined) firstAt.set(target, name);
      else add('same-target', [first, name], [target]);
    }
  }
  const circle = findCircle(sharing);
  if (circle !== undefined) add('circle', circle.sets, circle.regions);
}

/** A circle among the directed pairs of regions of these sets, by depth-first search without recursion. */
function findCircle(
  sharing: readonly OverlapSet[],
): { readonly sets: readonly string[]; readonly regions: readonly string[] } | undefined {
  const targets = new Map<string, { readonly region: string; readonly set: string }[]>();
  for (const { name, home, to } of sharing) {
    const edges = targets.get(home) ?? [];
    targets.set(home, [...edges, ...to.map((region) => ({ region, set: name }))]);
  }
  const done = new Set<string>();
  for (const origin of targets.keys()) {
    const path = [{ region: origin, set: '', next: 0 }];
    while (path.length > 0 && !done.has(origin)) {
      const top = path.at(-1) as { region: string; set: string; next: number };
      const edge = targets.get(top.region)?.[top.next];
      top.next += 1;
      if (edge === undefined) {
        done.add(top.region);
        path.pop();
        continue;
      }
      if (done.has(edge.region)) continue;
      const at = path.findIndex(({ region }) => region === edge.region);
      if (at < 0) path.push({ region: edge.region, set: edge.set, next: 0 });
      else {
        const sets = new Set([...path.slice(at + 1).map(({ set }) => set), edge.set]);
        const inOrder = sharing.map(({ name }) => name).filter((name) => sets.has(name));
        return { sets: inOrder, regions: [...path.slice(at).map(({ region }) => region), edge.region] };
      }
    }
  }
  return undefined;
}
