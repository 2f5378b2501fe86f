// Which topics a comparison of a mirror set has to ask for. Pure.
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { compileTopicMatcher, hasStar, matchTopics } from '../../topology/patterns.ts';
import { findRegion, type Picture } from './picture.ts';

export const isOfSet = (spec: MirrorSetSpec, topic: string): boolean =>
  compileTopicMatcher(spec).matches(topic);

/**
 * Topics of the set that the source lists, and those that it may pass over: it lists neither what may not be
 * seen nor what was deleted. The set names them, or the controller has decided on them.
 */
export function topicsToVerify(
  picture: Picture,
  spec: MirrorSetSpec,
  target: string,
  listed: readonly string[],
): readonly string[] {
  const named = spec.topics.filter((topic) => !hasStar(topic));
  const decided = (findRegion(picture, target)?.topics ?? []).filter(
    (record) => record.set === spec.name && record.target === target && record.state !== 'gone',
  );
  const all = new Set([...listed, ...named, ...decided.map(({ topic }) => topic)]);
  return matchTopics(spec, all).sort();
}
