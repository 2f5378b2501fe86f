// Which topics a mirror set means. Patterns are anchored globs: `*` stands for any characters, also for none.
// They are matched piece by piece from the left, so the time is at most linear in the name for each piece: no
// backtracking.

/**
 * What belongs to Kafka or to Causeway itself is never mirrored; rescue and shadow topics begin with
 * `causeway.`.
 */
export const internalPrefixes = ['__', 'causeway.'] as const;

export function isInternalTopic(name: string): boolean {
  return internalPrefixes.some((prefix) => name.startsWith(prefix));
}

const topicNameLengthMax = 249;

/** Kafka's rule for topic names (org.apache.kafka.common.internals.Topic). */
export function isTopicName(name: string): boolean {
  return /^[a-zA-Z0-9._-]+$/.test(name) && name.length <= topicNameLengthMax && name !== '.' && name !== '..';
}

/** A topic name in which `*` may stand anywhere. */
export function isTopicPattern(pattern: string): boolean {
  return /^[a-zA-Z0-9._*-]+$/.test(pattern) && pattern.length <= topicNameLengthMax;
}

export const hasStar = (pattern: string): boolean => pattern.includes('*');

export interface Glob {
  readonly pattern: string;
  matches(name: string): boolean;
}

/** Compiles one anchored glob. */
export function compileGlob(pattern: string): Glob {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return { pattern, matches: (name) => name === first };
  const last = pieces.at(-1) ?? '';
  const inner = pieces.slice(1, -1).filter((piece) => piece !== '');
  return {
    pattern,
    matches(name) {
      if (!name.startsWith(first) || !name.endsWith(last)) return false;
      let from = first.length;
      for (const piece of inner) {
        const at = name.indexOf(piece, from);
        if (at < 0) return false;
        from = at + piece.length;
      }
      return from <= name.length - last.length;
    },
  };
}

/** The patterns of one list, compiled: names without a star are looked up, the others tried in turn. */
export interface NameList {
  readonly globs: readonly Glob[];
  readonly names: ReadonlySet<string>;
  matches(name: string): boolean;
}

export function compileNameList(patterns: readonly string[]): NameList {
  const names = new Set(patterns.filter((pattern) => !hasStar(pattern)));
  const globs = [...new Set(patterns.filter(hasStar))].map(compileGlob);
  return { globs, names, matches: (name) => names.has(name) || globs.some((glob) => glob.matches(name)) };
}

/** The topics of one mirror set. */
export interface TopicMatcher {
  matches(topic: string): boolean;
}

/**
 * Topics that `topics` matches and `exclude` does not; never an internal one. Compile once, use for many
 * names.
 */
export function compileTopicMatcher(set: {
  readonly topics: readonly string[];
  readonly exclude: readonly string[];
}): TopicMatcher {
  const topics = compileNameList(set.topics);
  const exclude = compileNameList(set.exclude);
  return {
    matches: (topic) => !isInternalTopic(topic) && topics.matches(topic) && !exclude.matches(topic),
  };
}

/** Those of `names` that belong to the set, in their order. */
export function matchTopics(
  set: { readonly topics: readonly string[]; readonly exclude: readonly string[] },
  names: Iterable<string>,
): string[] {
  const matcher = compileTopicMatcher(set);
  const matched: string[] = [];
  for (const name of names) if (matcher.matches(name)) matched.push(name);
  return matched;
}
