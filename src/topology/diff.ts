// What differs between two topologies, value by value, in the words of causeway.yaml: for `plan`, and for the
// record of who changed what. Secrets are left out.
import { formatFrom } from './from.ts';
import { redact } from './secrets.ts';
import type { MirrorSetSpec, Topology } from './topology.ts';
import { formatDurationMs, formatRateBytesPerSecond } from './units.ts';

export interface TopologyChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Where in the file: `mirrors.payments.rpo`. */
  readonly path: string;
  /** As in the file; undefined where the value is not given. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Values = ReadonlyMap<string, string>;

/**
 * Every value that differs, sorted by path; `before` is undefined where nothing was applied yet. A secret
 * that differs is listed, with both sides redacted.
 */
export function diffTopologies(before: Topology | undefined, after: Topology): readonly TopologyChange[] {
  const old = before === undefined ? new Map<string, Value>() : valuesOf(before);
  const now = valuesOf(after);
  const changes: TopologyChange[] = [];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const from = old.get(path);
    const to = now.get(path);
    if (from?.exact === to?.exact) continue;
    const kind = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    changes.push({ kind, path, before: from?.shown, after: to?.shown });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

interface Value {
  readonly exact: string;
  readonly shown: string;
}

function valuesOf(topology: Topology): Map<string, Value> {
  const values = new Map<string, Value>();
  const put = (path: string, text: string | undefined) => {
    if (text !== undefined) values.set(path, { exact: text, shown: text });
  };
  const putSettings = (path: string, settings: Values) => {
    for (const [name, text] of settings)
      values.set(`${path}.${name}`, { exact: text, shown: redact(name, text) });
  };
  for (const { name, location, kafka } of topology.regions.values()) {
    put(`regions.${name}.location`, location);
    putSettings(`regions.${name}.kafka`, kafka);
  }
  if (topology.coordination !== undefined) putSettings('coordination.kafka', topology.coordination.kafka);
  const putRate = (path: string, rate: number | undefined) =>
    put(path, rate === undefined ? undefined : formatRateBytesPerSecond(rate));
  for (const [key, link] of topology.links) {
    putRate(`links.${key}.limit`, link.limitBytesPerSecond);
    putRate(`links.${key}.earlyFetch`, link.earlyFetchBytesPerSecond);
    putRate(`links.${key}.verify`, link.verifyBytesPerSecond);
  }
  for (const set of topology.mirrors.values()) {
    for (const [key, text] of setValues(set)) put(`mirrors.${set.name}.${key}`, text);
    putSettings(`mirrors.${set.name}.target`, set.target);
  }
  return values;
}

/** Typed by the set's own keys, so that a new one cannot be forgotten here. */
function setValues(set: MirrorSetSpec): readonly (readonly [string, string | undefined])[] {
  const texts: Record<
    Exclude<keyof MirrorSetSpec, 'name' | 'target' | 'failover'>,
    readonly [string, string?]
  > = {
    topics: ['topics', listText(set.topics)],
    exclude: ['exclude', listText(set.exclude)],
    from: ['from', formatFrom(set.from)],
    home: ['home', set.home],
    to: ['to', listText(set.to)],
    groups: ['groups', listText(set.groups)],
    mode: ['mode', set.mode],
    rpoMs: set.rpoMs === undefined ? ['rpo'] : ['rpo', formatDurationMs(set.rpoMs)],
    priority: ['priority', String(set.priority)],
    naming: ['naming', set.naming],
    offsets: ['offsets', set.offsets],
    prefixMax: ['prefix.max', String(set.prefixMax)],
    holesMax: ['holes.max', String(set.holesMax)],
    runsMax: ['runs.max', String(set.runsMax)],
    onGap: ['on.gap', set.onGap],
    onRecreate: ['on.recreate', set.onRecreate],
    trim: ['trim', set.trim],
  };
  return [
    ...Object.values(texts).map(([key, text]) => [key, text] as const),
    ['failover.automatic', String(set.failover.automatic)],
    ['failover.window', formatDurationMs(set.failover.windowMs)],
  ];
}

/** As in the file, on one line. */
const listText = (items: readonly string[]): string => `[${items.join(', ')}]`;
