// What `causeway status` shows, computed from a picture: one row per mirror set and target. Pure.
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { ObservedPrefix, ObservedTransaction } from '../../ledger/records.ts';
import type { Known } from './known.ts';
import { heldBy, prefixOf, shiftOf } from './partition-notes.ts';
import { type PartitionRow, partitionRows, type ShownState } from './partitions.ts';
import { findRegion, isFresh, type Picture } from './picture.ts';
import { type Verification, verificationOf, verifiedIn } from './verified.ts';

/** From worst to best: the state of a set is the worst of its partitions. */
export const statesWorstFirst = [
  'stopped',
  'unknown',
  'waiting',
  'starting',
  'prefilling',
  'paused',
  'mirroring',
] as const;

export interface SetCause {
  readonly code: string;
  readonly message: string;
  /** `topic-3`, or a topic alone. */
  readonly where: string;
  /** How many partitions or topics have this code. */
  readonly count: number;
  readonly sinceMs: number | undefined;
}

export interface HeldPartitions {
  /** The one held for longest, `topic-3`. */
  readonly where: string;
  readonly transaction: ObservedTransaction;
  readonly count: number;
}

export interface PrefillingPartitions {
  /** The one with most to come, `topic-3`. */
  readonly where: string;
  readonly prefix: ObservedPrefix;
  readonly count: number;
}

interface ByteCounter {
  readonly worker: string | undefined;
  readonly bytes: bigint;
  readonly atMs: number;
}

export interface SetStatus {
  readonly set: string;
  readonly home: string;
  readonly target: string;
  readonly state: ShownState;
  readonly partitions: number;
  readonly counts: ReadonlyMap<ShownState, number>;
  readonly topics: number;
  readonly rpo: Known<number>;
  readonly rpoGoalMs: number | undefined;
  readonly lag: Known<bigint>;
  /** Bytes copied so far as the workers count; rates come from two of them. */
  readonly bytes: ReadonlyMap<string, ByteCounter>;
  readonly bytesPerSecond: number | undefined;
  readonly offsets: MirrorSetSpec['offsets'];
  readonly causes: readonly SetCause[];
  /** How many partitions of each topic are shifted, of those that are known. */
  readonly shifted: ReadonlyMap<string, number>;
  /** What open transactions at the source hold up. */
  readonly held: HeldPartitions | undefined;
  readonly verified: Verification;
  /** The link is told to compare nothing. */
  readonly isVerifyOff: boolean;
  /** What is not open yet, since the offsets before its first record are being filled. */
  readonly prefilling: PrefillingPartitions | undefined;
}

/**
 * Rows of all sets and targets of the applied topology. `before` is an earlier picture's result, for rates.
 */
export function setStatuses(picture: Picture, before: readonly SetStatus[] = []): SetStatus[] {
  const sets = [...(picture.applied?.topology.mirrors.values() ?? [])];
  return sets.flatMap((spec) =>
    spec.to.map((target) => {
      const earlier = before.find((row) => row.set === spec.name && row.target === target);
      return setStatus(picture, spec, target, earlier);
    }),
  );
}

function setStatus(
  picture: Picture,
  spec: MirrorSetSpec,
  target: string,
  earlier: SetStatus | undefined,
): SetStatus {
  const rows = partitionRows(picture, spec.name, target);
  const counts = new Map<ShownState, number>();
  for (const row of rows) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  const causes = causesOf(picture, spec, target, rows);
  const refused = findRegion(picture, target)?.topics.some(
    (topic) => topic.set === spec.name && topic.target === target && topic.state === 'refused',
  );
  const bytes = byteCounters(rows);
  return {
    set: spec.name,
    home: spec.home,
    target,
    state: refused === true ? 'stopped' : (statesWorstFirst.find((state) => counts.has(state)) ?? 'unknown'),
    partitions: rows.length,
    counts,
    topics: new Set(rows.map((row) => row.topic)).size,
    rpo: greatest(rows.map((row) => row.rpoMs)),
    rpoGoalMs: spec.rpoMs,
    lag: sum(rows.map((row) => row.lagRecords)),
    bytes,
    bytesPerSecond: earlier === undefined ? undefined : rateBetween(earlier.bytes, bytes),
    offsets: spec.offsets,
    causes,
    shifted: shiftedByTopic(rows),
    held: heldLongest(rows),
    verified: verificationOf(rows, verifiedIn(findRegion(picture, target))),
    isVerifyOff: linkOf(picture, spec.home, target)?.verifyBytesPerSecond === 0,
    prefilling: prefillingLongest(rows),
  };
}

const linkOf = ({ applied }: Picture, source: string, target: string) =>
  applied?.topology.links.get(`${source}->${target}`);

function shiftedByTopic(rows: readonly PartitionRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if ((shiftOf(row) ?? 0n) !== 0n) counts.set(row.topic, (counts.get(row.topic) ?? 0) + 1);
  }
  return counts;
}

function heldLongest(rows: readonly PartitionRow[]): HeldPartitions | undefined {
  const held = rows.flatMap((row) => {
    const transaction = heldBy(row);
    return transaction === undefined ? [] : [{ where: `${row.topic}-${row.partition}`, transaction }];
  });
  const [longest] = held.sort((a, b) => a.transaction.sinceMs - b.transaction.sinceMs);
  return longest && { ...longest, count: held.length };
}

function prefillingLongest(rows: readonly PartitionRow[]): PrefillingPartitions | undefined {
  const found = rows.flatMap((row) => {
    const prefix = prefixOf(row);
    return prefix === undefined ? [] : [{ where: `${row.topic}-${row.partition}`, prefix }];
  });
  const left = ({ prefix }: (typeof found)[0]) => prefix.firstOffset - prefix.reached;
  const [longest] = found.sort((a, b) => (left(a) > left(b) ? -1 : 1));
  return longest && { ...longest, count: found.length };
}

/** Why the set is not mirroring: causes of partitions and of refused topics, the same code told once. */
function causesOf(
  picture: Picture,
  spec: MirrorSetSpec,
  target: string,
  rows: readonly PartitionRow[],
): SetCause[] {
  const region = findRegion(picture, target);
  if (region?.error !== undefined) {
    return [{ ...region.error, where: `region ${target}`, count: 1, sinceMs: undefined }];
  }
  const causes = new Map<string, SetCause>();
  const note = (code: string, message: string, where: string, sinceMs: number | undefined) => {
    const same = causes.get(code);
    causes.set(
      code,
      same === undefined ? { code, message, where, count: 1, sinceMs } : { ...same, count: same.count + 1 },
    );
  };
  for (const topic of region?.topics ?? []) {
    if (topic.set !== spec.name || topic.target !== target || topic.cause === undefined) continue;
    note(topic.cause.code, topic.cause.message, topic.topic, topic.cause.sinceMs);
  }
  for (const row of rows) {
    const cause = row.last?.cause;
    if (cause !== undefined && row.state !== 'unknown') {
      note(cause.code, cause.message, `${row.topic}-${row.partition}`, cause.sinceMs);
    }
  }
  return [...causes.values()];
}

/** A set whose processes are silent says so, since nobody else would. */
export function silenceOf(picture: Picture, status: SetStatus): string | undefined {
  const region = findRegion(picture, status.target);
  if (region === undefined || region.error !== undefined) return undefined;
  const alive = (role: string) =>
    region.processes.some(
      (process) =>
        process.region === status.target &&
        process.roles.includes(role) &&
        process.stoppedAtMs === undefined &&
        isFresh(picture, process.observedAtMs),
    );
  if (!alive('worker')) return `no worker is alive in ${status.target}`;
  if (!alive('controller')) return `no controller is alive in ${status.target}`;
  return undefined;
}

function byteCounters(rows: readonly PartitionRow[]): SetStatus['bytes'] {
  const counters = new Map<string, ByteCounter>();
  for (const row of rows) {
    if (row.last === undefined || row.observedAtMs === undefined) continue;
    counters.set(`${row.worker}/${row.topic}/${row.partition}`, {
      worker: row.worker,
      bytes: row.last.bytes,
      atMs: row.observedAtMs,
    });
  }
  return counters;
}

/**
 * Bytes per second between two looks; undefined until every counter has been seen twice and none went back.
 * Workers tell only now and then of what does not change: where one told of something else of the set
 * meanwhile, silence means no bytes.
 */
function rateBetween(earlier: SetStatus['bytes'], later: SetStatus['bytes']): number | undefined {
  if (later.size === 0) return undefined;
  const pairs = [...later].map(([key, now]) => ({ now, then: earlier.get(key) }));
  const isNewer = ({ now, then }: (typeof pairs)[0]) => then !== undefined && now.atMs > then.atMs;
  const heard = new Set(pairs.filter(isNewer).map(({ now }) => now.worker));
  let rate = 0;
  for (const { now, then } of pairs) {
    if (then === undefined || !heard.has(now.worker)) return undefined;
    if (now.atMs < then.atMs || now.bytes < then.bytes) return undefined;
    if (now.atMs > then.atMs) rate += (Number(now.bytes - then.bytes) * 1000) / (now.atMs - then.atMs);
  }
  return rate;
}

function sum(values: readonly (bigint | undefined)[]): Known<bigint> {
  const known = values.filter((value) => value !== undefined);
  const value = known.length === 0 ? undefined : known.reduce((total, part) => total + part, 0n);
  return { value, complete: known.length === values.length };
}

function greatest(values: readonly (number | undefined)[]): Known<number> {
  const known = values.filter((value) => value !== undefined);
  return {
    value: known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value), 0),
    complete: known.length === values.length,
  };
}
