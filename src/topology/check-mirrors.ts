// Checks of `mirrors` that a schema cannot express.
import { type CheckContext, isName, nameHint, reportUnknownRegion } from './check-regions.ts';
import { describeOverlap, findStaticOverlaps, type OverlapSet } from './overlaps.ts';
import { parseFrom } from './from.ts';
import { compileGlob, internalPrefixes, isInternalTopic, isTopicName, isTopicPattern } from './patterns.ts';
import { type Place, quoted } from './problem.ts';
import type { Draft, FileDraft, SettingsDraft, TopologyFile } from './schema.ts';
import {
  closestTopicSetting,
  countTopicSettings,
  followedTopicSettings,
  heldTopicSettings,
  heldWhereKnown,
  knownTopicSettings,
} from './topic-settings.ts';

type SetDraft = Draft<TopologyFile['mirrors'][string]>;

export function checkMirrors(context: CheckContext): void {
  const { file, places, problems } = context;
  const { mirrors } = file;
  if (mirrors === undefined) return;
  for (const [name, set] of Object.entries(mirrors)) {
    if (!isName(name)) {
      problems.error(
        'CW-1019',
        places.key(mirrors, name),
        `a mirror set cannot be named ${quoted(name)}`,
        nameHint,
      );
    }
    if (set === undefined) continue;
    checkSetRegions(context, name, set);
    checkTopics(context, set, 'topics');
    checkTopics(context, set, 'exclude');
    checkTargetSettings(context, set);
    checkNotYet(context, name, set);
  }
  checkUnusedRegions(context);
  checkOverlaps(context);
}

function checkSetRegions({ file, places, problems }: CheckContext, name: string, set: SetDraft): void {
  const { regions } = file;
  if (regions === undefined) return;
  const known = (region: string) => Object.hasOwn(regions, region);
  const where = `mirror set ${quoted(name)}`;
  if (set.home !== undefined && !known(set.home)) {
    reportUnknownRegion(set.home, where, places.value(set, 'home'), regions, problems);
  }
  const seen = new Set<string>();
  for (const [index, region] of (set.to ?? []).entries()) {
    if (region === undefined) continue;
    const place = places.item(set.to as object, index);
    if (!known(region)) reportUnknownRegion(region, where, place, regions, problems);
    else if (region === set.home) {
      problems.error(
        'CW-1008',
        place,
        `${where} has its home ${quoted(region)} among its targets`,
        'Remove it from `to`.',
      );
    } else if (seen.has(region)) {
      problems.error(
        'CW-1008',
        place,
        `${where} names the target ${quoted(region)} twice`,
        'Remove one of them.',
      );
    }
    seen.add(region);
  }
}

function checkTopics({ places, problems }: CheckContext, set: SetDraft, key: 'topics' | 'exclude'): void {
  const list = set[key];
  for (const [index, topic] of (list ?? []).entries()) {
    if (topic === undefined) continue;
    const place = () => places.item(list as object, index);
    if (!isTopicPattern(topic) || (!topic.includes('*') && !isTopicName(topic))) {
      problems.error(
        'CW-1020',
        place(),
        `${quoted(topic)} is not a topic name or pattern`,
        patternHint(topic),
      );
    } else if (isInternalTopic(topic)) {
      const message = `${quoted(topic)} means internal topics, which are never mirrored`;
      problems.error(
        'CW-1021',
        place(),
        message,
        `Names that begin with ${internalPrefixes.join(' or ')} are internal.`,
      );
    }
  }
}

function patternHint(topic: string): string {
  if (topic === '' || topic === '.' || topic === '..') return 'Kafka does not allow this name.';
  if (topic.length > 249) return 'Kafka allows at most 249 characters.';
  if (/[\\^$|()[\]{}+?]/.test(topic))
    return 'Regular expressions are not understood: * stands for any characters.';
  return 'Kafka allows letters, digits, ., - and _; * stands for any characters.';
}

function checkTargetSettings({ places, problems }: CheckContext, set: SetDraft): void {
  const settings = set.target as SettingsDraft | undefined;
  for (const [name, value] of Object.entries(settings ?? {})) {
    if (settings === undefined || value === undefined) continue;
    const place = places.key(settings, name);
    const held = heldTopicSettings.get(name) ?? heldWhereKnown.get(name);
    if (!knownTopicSettings.has(name)) {
      const meant = closestTopicSetting(name);
      const hint = meant === undefined ? 'Names are Kafka’s own.' : `Did you mean ${quoted(meant)}?`;
      problems.error('CW-1024', place, `target has the unknown topic setting ${quoted(name)}`, hint);
    } else if (held !== undefined) {
      const why = `Causeway keeps it at ${held.shown} so that records stay as they are`;
      const message = `${name} cannot be set on a mirror: ${why}`;
      problems.error('CW-1025', place, message, 'Remove it.');
    } else if (followedTopicSettings.has(name)) {
      const why = 'it follows the source, or the copy would hold other records';
      const message = `${name} cannot be set on a mirror: ${why}`;
      problems.error('CW-1025', place, message, 'Remove it.');
    } else if (countTopicSettings.has(name) && !/^[1-9][0-9]{0,4}$/.test(value)) {
      const message = `${name} must be a whole number from 1, not ${quoted(value)}`;
      problems.error('CW-1025', places.value(settings, name), message);
    }
  }
  const replicas = Number(settings?.['replication.factor']);
  const insync = Number(settings?.['min.insync.replicas']);
  if (settings !== undefined && insync > replicas) {
    const both = `min.insync.replicas ${insync} is more than replication.factor ${replicas}`;
    const message = `${both}: no write would succeed`;
    problems.error('CW-1025', places.value(settings, 'min.insync.replicas'), message);
  }
}

/**
 * What the schema knows and this version does not act on: refused, or warned of where nothing depends on it.
 */
function checkNotYet({ places, problems }: CheckContext, name: string, set: SetDraft): void {
  const refuse = (place: Place, what: string, hint: string) => {
    const message = `${what} of mirror set ${quoted(name)} is not supported by this version yet`;
    problems.error('CW-1013', place, message, hint);
  };
  const only = (key: keyof SetDraft, supported: string) => {
    const value = set[key];
    if (typeof value !== 'string' || value === supported) return;
    refuse(places.value(set, key), `${key}: ${quoted(value).slice(1, -1)}`, `Use ${key}: ${supported}.`);
  };
  checkFrom(set, places.value(set, 'from'), problems);
  only('mode', 'async');
  only('naming', 'identical');
  if (set.failover?.automatic === true) {
    refuse(places.value(set.failover, 'automatic'), 'failover.automatic: true', 'Use automatic: false.');
  }
  if ((set.groups ?? []).length > 0) {
    const why = 'consumer groups are not copied by this version yet';
    const message = `groups of mirror set ${quoted(name)}: ${why}`;
    problems.warning('CW-1013', places.key(set, 'groups'), message);
  }
}

function checkFrom(set: SetDraft, place: Place, problems: CheckContext['problems']): void {
  if (set.from === undefined || parseFrom(set.from) !== undefined) return;
  const message = `from must be earliest, latest or a timestamp, not ${quoted(set.from)}`;
  problems.error('CW-1025', place, message, 'Use from: earliest.');
}

function checkUnusedRegions({ file, places, problems }: CheckContext): void {
  const { regions, mirrors } = file;
  if (regions === undefined || mirrors === undefined) return;
  const used = new Set<string | undefined>();
  for (const set of Object.values(mirrors)) {
    // A set that could not be read might use any of them.
    if (set?.home === undefined || set.to === undefined || set.to.includes(undefined)) return;
    used.add(set.home);
    for (const region of set.to) used.add(region);
  }
  for (const name of Object.keys(regions)) {
    if (used.has(name)) continue;
    problems.error(
      'CW-1012',
      places.key(regions, name),
      `no mirror set uses the region ${quoted(name)}`,
      'Remove it.',
    );
  }
}

function checkOverlaps({ file, places, problems }: CheckContext): void {
  const sets = overlapSets(file);
  for (const overlap of findStaticOverlaps(sets)) {
    const set = file.mirrors?.[overlap.sets.at(-1) ?? ''];
    if (set?.topics === undefined) continue;
    const index = set.topics.findIndex(
      (topic) => topic !== undefined && compileGlob(topic).matches(overlap.topic),
    );
    const code = overlap.kind === 'circle' ? 'CW-1010' : 'CW-1009';
    const hint =
      overlap.kind === 'circle' ? 'A topic has one home.' : 'Name it in the `exclude` of one of them.';
    problems.error(code, places.item(set.topics, index), describeOverlap(overlap), hint);
  }
}

function overlapSets(file: FileDraft): OverlapSet[] {
  const regions = file.regions ?? {};
  const isRegion = (name: string | undefined): name is string =>
    name !== undefined && (file.regions === undefined || Object.hasOwn(regions, name));
  const isText = (text: string | undefined): text is string => text !== undefined && isTopicPattern(text);
  return Object.entries(file.mirrors ?? {}).flatMap(([name, set]) => {
    if (!isRegion(set?.home)) return [];
    return {
      name,
      topics: (set.topics ?? []).filter(isText),
      exclude: (set.exclude ?? []).filter(isText),
      home: set.home,
      to: (set.to ?? []).filter(isRegion).filter((region) => region !== set.home),
    };
  });
}
