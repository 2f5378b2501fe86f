// Which settings a mirror's topic has: those that belong to the data follow the source, a few are held while
// it is a mirror, and the set's `target` names exceptions.
import { heldTopicSettings, heldWhereKnown } from '../../topology/topic-settings.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';

/** Part of what the records are and how long they live. All other settings are the target's own affair. */
const followed: readonly string[] = [
  'cleanup.policy',
  'delete.retention.ms',
  'max.compaction.lag.ms',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
  'segment.ms',
];

/**
 * Kafka takes no less from 4.1 on, and an older source may have less. How finely a log is cut into segments
 * changes nothing in its records.
 */
const segmentBytesMin = 1024 * 1024;

/** A number of copies, and no setting of a topic in Kafka. */
const replicationFactorName = 'replication.factor';

/** With these a topic can be created at a target of any version. */
export function settingsForMirror(
  set: MirrorSetSpec,
  source: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const name of followed) {
    const value = source.get(name);
    if (value !== undefined) settings.set(name, value);
  }
  const segmentBytes = settings.get('segment.bytes');
  if (Number(segmentBytes) < segmentBytesMin) settings.set('segment.bytes', String(segmentBytesMin));
  for (const [name, value] of set.target) {
    if (name !== replicationFactorName) settings.set(name, value);
  }
  for (const [name, { value }] of heldTopicSettings) settings.set(name, value);
  return settings;
}

/** With what is held only where the target knows it, by the settings that a topic there has. */
export function settingsForMirrorAt(
  set: MirrorSetSpec,
  source: ReadonlyMap<string, string>,
  target: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const known = [...heldWhereKnown].filter(([name]) => target.has(name));
  return new Map([
    ...settingsForMirror(set, source),
    ...known.map(([name, { value }]) => [name, value] as const),
  ]);
}

/** As the set says; else as at the source, as far as the target has brokers. */
export function replicationFactorForMirror(set: MirrorSetSpec, atSource: number, brokers: number): number {
  const given = set.target.get(replicationFactorName);
  return given === undefined ? Math.max(1, Math.min(atSource, brokers)) : Number(given);
}

export interface SettingChange {
  readonly name: string;
  /** undefined where the target does not know the setting. */
  readonly from: string | undefined;
  readonly to: string;
}

/** Settings of the mirror's topic that are not what they should be. */
export function settingDrift(
  wanted: ReadonlyMap<string, string>,
  actual: ReadonlyMap<string, string>,
): readonly SettingChange[] {
  const changes: SettingChange[] = [];
  for (const [name, to] of wanted) {
    const from = actual.get(name);
    if (!isSameValue(from, to)) changes.push({ name, from, to });
  }
  return changes;
}

/** `1` and `1.0` are one number, and the items of a list have no order. */
function isSameValue(actual: string | undefined, wanted: string): boolean {
  if (actual === undefined) return false;
  if (actual === wanted) return true;
  const items = (text: string) => text.split(',').map((item) => item.trim());
  if (actual.includes(',') || wanted.includes(',')) {
    return [...items(actual)].sort().join(',') === [...items(wanted)].sort().join(',');
  }
  const isDecimal = /^-?\d+\.\d+$/;
  return (isDecimal.test(actual) || isDecimal.test(wanted)) && Number(actual) === Number(wanted);
}
