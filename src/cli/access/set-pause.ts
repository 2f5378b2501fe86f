// Pauses and resumes mirrors: records in the ledger of each target region. A resume takes those of pauses
// away.
import { CausewayError } from '../../base/errors.ts';
import { pauseKey } from '../../ledger/record-key.ts';
import type { DesiredPause, DesiredResume } from '../../ledger/records.ts';
import { desiredTopic } from '../../ledger/topic-names.ts';
import { matchTopics } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { mustSet } from '../view/mirrors.ts';
import { partitionRows } from '../view/partitions.ts';
import { findRegion, type Picture } from '../view/picture.ts';
import type { Regions } from './regions.ts';
import { writeToAll } from './write-to-all.ts';

/** The whole set, where `topic` is `*`. */
export interface Held {
  readonly spec: MirrorSetSpec;
  readonly topic: string;
}

/** What a command's arguments `SET [TOPIC]` mean, and in words. Throws CW-6006, and as `checkHeld`. */
export function heldBy(invocation: Invocation, picture: Picture): { held: Held; what: string } {
  const spec = mustSet(picture, mustArgument(invocation, 0));
  const held = { spec, topic: invocation.args[1] ?? '*' };
  checkHeld(picture, held);
  const name = held.topic === '*' ? spec.name : `${held.topic} of ${spec.name}`;
  return { held, what: `${name} in ${spec.to.join(', ')}` };
}

/** Throws CW-6006 where the set does not mirror such a topic, CW-6015 where a target does not answer. */
export function checkHeld(picture: Picture, { spec, topic }: Held): void {
  if (topic !== '*' && matchTopics(spec, [topic]).length === 0) {
    throw new CausewayError('CW-6006', `${spec.name} has no topic "${topic}": ${spec.topics.join(', ')}`, {
      topic,
    });
  }
  const silent = spec.to.flatMap((target) => {
    const error = findRegion(picture, target)?.error;
    return error === undefined ? [] : [`  ${target}: ${error.code} ${error.message}`];
  });
  if (silent.length === 0) return;
  const text = `a target of ${spec.name} cannot be reached, and nothing was changed:\n${silent.join('\n')}`;
  throw new CausewayError('CW-6015', text, { set: spec.name });
}

/** Targets in which exactly this is paused now. */
export function pausedIn(picture: Picture, { spec, topic }: Held): readonly string[] {
  return spec.to.filter((target) =>
    findRegion(picture, target)?.pauses.some((pause) => pause.set === spec.name && pause.topic === topic),
  );
}

export async function pause(
  invocation: Invocation,
  regions: Regions,
  { spec, topic }: Held,
  reason: string,
): Promise<DesiredPause> {
  const { clock, actor } = invocation.terminal;
  const record: DesiredPause = {
    kind: 'pause',
    set: spec.name,
    topic,
    pausedAtMs: clock.wallMs(),
    actor,
    reason,
  };
  await writeToAll(invocation.terminal, regions, spec.to, 'the pause', (writer) =>
    writer.write(desiredTopic, [record]),
  );
  return record;
}

/** Takes the pauses of `ended` away in every target, and lets start again what has stopped or waits there. */
export async function resume(
  invocation: Invocation,
  regions: Regions,
  { spec, topic }: Held,
  ended: readonly string[],
  reason: string,
): Promise<void> {
  const { clock, actor } = invocation.terminal;
  const record: DesiredResume = {
    kind: 'resume',
    set: spec.name,
    topic,
    resumedAtMs: clock.wallMs(),
    actor,
    reason,
  };
  const tombstones = ended.map((each) => ({ tombstone: pauseKey(spec.name, each) }));
  await writeToAll(invocation.terminal, regions, spec.to, 'the resume', (writer) =>
    writer.write(desiredTopic, [...tombstones, record]),
  );
}

/**
 * How many partitions have stopped or wait, by the last report of each, however old: who has not told of them
 * since may still run.
 */
export function countStuck(picture: Picture, { spec, topic }: Held): number {
  const rows = spec.to.flatMap((target) => partitionRows(picture, spec.name, target));
  const stuck = rows.filter(({ last }) => last?.state === 'stopped' || last?.state === 'waiting');
  return stuck.filter((row) => topic === '*' || row.topic === topic).length;
}

/** Topics of the pauses that a resume takes away: with the whole set also those of its single topics. */
export function pausesEndedBy(picture: Picture, { spec, topic }: Held): readonly string[] {
  const ended = new Set<string>();
  for (const target of spec.to) {
    for (const each of findRegion(picture, target)?.pauses ?? []) {
      if (each.set === spec.name && (topic === '*' || each.topic === topic)) ended.add(each.topic);
    }
  }
  return [...ended].sort();
}
