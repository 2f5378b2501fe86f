// The topics of a mirror set as resources of ACLs, which know names and prefixes and nothing else.
import { commonName } from '../topology/glob-overlap.ts';
import { internalPrefixes } from '../topology/patterns.ts';
import type { MirrorSetSpec } from '../topology/topology.ts';

export interface NamedResource {
  /** `*` alone: all of the kind. */
  readonly resource: string;
  readonly pattern: 'literal' | 'prefixed';
}

export interface TopicResources {
  readonly resources: readonly NamedResource[];
  /** Where ACLs permit more than the set means: sentences for a person. */
  readonly wider: readonly string[];
}

export function topicResources(set: Pick<MirrorSetSpec, 'topics' | 'exclude'>): TopicResources {
  const wider: string[] = [];
  const resources = set.topics.map((pattern) => {
    const { resource, isExact } = resourceOf(pattern);
    if (!isExact) wider.push(`"${pattern}" has no ACL of its own: ${meaning(resource)} is permitted`);
    return resource;
  });
  if (set.exclude.length > 0) {
    wider.push(`ACLs leave nothing out: ${quoted(set.exclude)} of \`exclude\` is permitted where it matches`);
  }
  return { resources, wider };
}

/** Steps for comparing `topics` with `exclude`; where they do not suffice, the two are taken to meet. */
const effortMax = 1_000_000;

/** Patterns of `topics` that ACLs cannot say exactly, and those of `exclude` that take something out. */
export function inexactPatterns({ topics, exclude }: Pick<MirrorSetSpec, 'topics' | 'exclude'>): string[] {
  const effort = { stepsLeft: effortMax };
  const meets = (a: string, b: string) => commonName(a, b, effort) !== undefined || effort.stepsLeft < 0;
  return [
    ...topics.filter((pattern) => !resourceOf(pattern).isExact),
    ...exclude.filter((pattern) => topics.some((topic) => meets(topic, pattern))),
  ];
}

function resourceOf(pattern: string): { resource: NamedResource; isExact: boolean } {
  const star = pattern.indexOf('*');
  if (star < 0) return { resource: { resource: pattern, pattern: 'literal' }, isExact: true };
  const start = pattern.slice(0, star);
  // Kafka takes a literal * for every topic, and an empty prefix for none.
  if (start === '') return { resource: { resource: '*', pattern: 'literal' }, isExact: false };
  const reachesInternal = internalPrefixes.some((prefix) => prefix.startsWith(start));
  const endsThere = /^\*+$/.test(pattern.slice(star));
  return { resource: { resource: start, pattern: 'prefixed' }, isExact: endsThere && !reachesInternal };
}

const meaning = ({ resource, pattern }: NamedResource): string =>
  pattern === 'prefixed' ? `every topic that begins with "${resource}"` : 'every topic, internal ones too,';

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/** True where a right on `wide` includes the same right on `narrow`. */
export function covers(wide: NamedResource, narrow: NamedResource): boolean {
  if (wide.pattern === narrow.pattern && wide.resource === narrow.resource) return true;
  if (wide.pattern === 'literal') return wide.resource === '*';
  return narrow.resource !== '*' && narrow.resource.startsWith(wide.resource);
}
