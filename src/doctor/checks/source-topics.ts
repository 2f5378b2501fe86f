// Topics of a mirror set at its source: whether there are any, and settings that stop or endanger a mirror.
import type { TopicView } from '../../kafka/wire/messages.ts';
import { compileTopicMatcher, hasStar } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { ok, problem, type Said, unknown, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';
import { topicsHave, topicsText } from './topic-names.ts';

type Settings = ReadonlyMap<string, string>;

interface Trouble {
  /** Comes after "topic orders has". */
  readonly what: string;
  readonly isThere: (settings: Settings) => boolean;
  readonly why: string;
  readonly next: string;
}

const hourMs = 3_600_000;

const troubles: readonly Trouble[] = [
  {
    what: 'cleanup.policy compact and delete.retention.ms below one hour',
    isThere: (settings) =>
      settings.get('cleanup.policy')?.includes('compact') === true &&
      Number(settings.get('delete.retention.ms') ?? hourMs) < hourMs,
    why:
      'A mirror that stands still for longer than that never sees a tombstone that the cleaner took ' +
      'meanwhile, and keeps the deleted key.',
    next: 'Raise delete.retention.ms above the longest standstill that you want to survive.',
  },
  {
    what: 'unclean.leader.election.enable true',
    isThere: (settings) => settings.get('unclean.leader.election.enable') === 'true',
    why: 'An unclean election takes back records that the mirror has; the partition then stops with CW-2008.',
    next: 'Set it to false at the source.',
  },
  {
    what: 'retention.ms below one hour',
    isThere: (settings) => {
      const value = Number(settings.get('retention.ms') ?? -1);
      return value >= 0 && value < hourMs;
    },
    why: 'If mirroring stands still for longer than that, records are lost to the mirror (CW-2007).',
    next: 'Raise retention.ms above the longest standstill that you want to survive.',
  },
];

/** Those of the set that may be seen. */
export function topicsOf(set: MirrorSetSpec, site: RegionSite): TopicView[] {
  const matcher = compileTopicMatcher(set);
  return site.mustView.topics.filter(({ name }) => matcher.matches(name));
}

export async function checkSourceTopics(site: RegionSite, set: MirrorSetSpec): Promise<Said[]> {
  const topics = topicsOf(set, site);
  const said = absent(site, set, topics);
  if (topics.length === 0) return said;
  said.push(...leaderless(topics));
  const questions = await site.questions();
  const names = topics.map(({ name }) => name);
  const settings = await questions.settingsOf('topic', names);
  said.push(...judgeSettings(settings));
  return said.length > 0
    ? said
    : [ok(`${topics.length} topics match, and can be mirrored`, `${topics.length}`)];
}

const hidden = 'None exists, or Describe is missing: topics that may not be described are not shown.';

function absent({ name: region }: RegionSite, set: MirrorSetSpec, topics: readonly TopicView[]): Said[] {
  const seen = new Set(topics.map(({ name }) => name));
  const named = set.topics.filter((pattern) => !hasStar(pattern) && !seen.has(pattern));
  if (named.length > 0) {
    const next = 'Create them, grant Describe on them, or mend `topics` in causeway.yaml.';
    return [warning(`${region} shows no ${topicsText(named)}`, { why: hidden, next })];
  }
  if (topics.length > 0) return [];
  const next = 'Compare `topics` of the mirror set with the names at the source.';
  return [warning(`no topic of ${region} matches ${topicsText(set.topics)}`, { why: hidden, next })];
}

/** Pure. */
export function leaderless(topics: readonly TopicView[]): Said[] {
  const open = topics.filter(({ partitions }) => partitions.some(({ leaderId }) => leaderId < 0));
  if (open.length === 0) return [];
  const names = open.map(({ name }) => name);
  return [problem(`${topicsHave(names)} partitions without a leader`, { code: 'CW-2021' })];
}

/** Pure. A text in place of settings is Kafka's error. */
export function judgeSettings(described: ReadonlyMap<string, Settings | string>): Said[] {
  const known = [...described].filter((each): each is [string, Settings] => typeof each[1] !== 'string');
  const said: Said[] = troubles.flatMap(({ what, isThere, ...reason }) => {
    const names = known.filter(([, settings]) => isThere(settings)).map(([name]) => name);
    if (names.length === 0) return [];
    return [warning(`${topicsHave(names)} ${what}`, reason)];
  });
  const closed = [...described].filter((each): each is [string, string] => typeof each[1] === 'string');
  if (closed.length > 0) {
    const names = closed.map(([name]) => name);
    said.push(unknown(`the settings of ${topicsText(names)} may not be read (${closed[0]?.[1]})`));
  }
  return said;
}
