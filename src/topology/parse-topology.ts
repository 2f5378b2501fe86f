// From the text of a causeway.yaml to a checked, frozen Topology, or to everything that is wrong with it.
// Pure.
import { checkMirrors } from './check-mirrors.ts';
import { checkCoordination, checkLinks, checkRegions, linkEnds } from './check-regions.ts';
import { parseFrom } from './from.ts';
import { type Problem, ProblemList } from './problem.ts';
import { readValues } from './read-values.ts';
import { type FileDraft, type TopologyFile, topologySchema } from './schema.ts';
import type { KafkaSettings, LinkSpec, MirrorSetSpec, RegionSpec, Topology } from './topology.ts';
import { parseDurationMs, parseRateBytesPerSecond } from './units.ts';
import { readYaml } from './yaml-source.ts';

/** With `problems`, at least one of them is an error and nothing may be used. */
export type ParsedTopology =
  | { readonly topology: Topology; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/** Checks the whole text; `file` is its name in messages. Never throws on any text. */
export function parseTopology({
  text,
  file,
}: {
  readonly text: string;
  readonly file: string;
}): ParsedTopology {
  const list = new ProblemList(file);
  const source = readYaml(text, list);
  if (source === undefined) return { problems: list.sorted() };
  const { value, places } = readValues(source, topologySchema, list);
  if (value !== undefined) {
    const context = { file: value as FileDraft, places, problems: list };
    checkRegions(context);
    checkCoordination(context);
    checkLinks(context);
    checkMirrors(context);
  }
  const problems = list.sorted();
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { topology: build(value as TopologyFile), warnings: problems };
}

/** `file` has passed every check. */
function build(file: TopologyFile): Topology {
  const regions = Object.entries(file.regions).map(([name, region]): [string, RegionSpec] => [
    name,
    Object.freeze({ name, location: region.location, kafka: settingsOf(region.kafka) }),
  ]);
  const links = Object.entries(file.links ?? {}).map(([key, link]): [string, LinkSpec] => {
    const { source = '', target = '' } = linkEnds(key) ?? {};
    const rate = (text: string | undefined) =>
      text === undefined ? undefined : parseRateBytesPerSecond(text);
    const spec = {
      source,
      target,
      limitBytesPerSecond: rate(link.limit),
      earlyFetchBytesPerSecond: rate(link.earlyFetch),
      verifyBytesPerSecond: rate(link.verify),
    };
    return [`${source}->${target}`, Object.freeze(spec)];
  });
  const mirrors = Object.entries(file.mirrors).map(([name, set]): [string, MirrorSetSpec] => [
    name,
    buildSet(name, set),
  ]);
  return Object.freeze({
    regions: new Map(regions),
    coordination:
      file.coordination === undefined
        ? undefined
        : Object.freeze({ kafka: settingsOf(file.coordination.kafka) }),
    links: new Map(links),
    mirrors: new Map(mirrors),
  });
}

function buildSet(name: string, set: TopologyFile['mirrors'][string]): MirrorSetSpec {
  return Object.freeze({
    name,
    topics: Object.freeze([...set.topics]),
    exclude: Object.freeze([...(set.exclude ?? [])]),
    from: parseFrom(set.from ?? 'earliest') ?? 'earliest',
    home: set.home,
    to: Object.freeze([...set.to]),
    groups: Object.freeze([...(set.groups ?? [])]),
    mode: 'async',
    rpoMs: set.rpo === undefined ? undefined : parseDurationMs(set.rpo),
    priority: set.priority ?? 1,
    naming: set.naming ?? 'identical',
    offsets: set.offsets ?? 'identical',
    prefixMax: set['prefix.max'] ?? 100_000_000,
    holesMax: set['holes.max'] ?? 1_000_000_000,
    runsMax: set['runs.max'] ?? 10_000_000,
    target: settingsOf(set.target ?? {}),
    onGap: set['on.gap'] ?? 'stop',
    onRecreate: set['on.recreate'] ?? 'stop',
    trim: set.trim ?? 'own',
    failover: Object.freeze({
      automatic: set.failover?.automatic ?? false,
      windowMs: parseDurationMs(set.failover?.window ?? '60s') ?? 60_000,
    }),
  });
}

function settingsOf(settings: Readonly<Record<string, string | number | boolean>>): KafkaSettings {
  return new Map(Object.entries(settings).map(([name, value]) => [name, String(value)]));
}
