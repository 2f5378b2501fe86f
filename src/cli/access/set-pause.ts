// Pauses and resumes mirrors: a record in the ledger of each target region, or its tombstone.
import { CausewayError } from '../../base/errors.ts';
import { pauseKey } from '../../ledger/record-key.ts';
import type { DesiredPause } from '../../ledger/records.ts';
import { desiredTopic } from '../../ledger/topic-names.ts';
import { matchTopics } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { type Invocation, mustArgument } from '../invocation.ts';
import { mustSet } from '../view/mirrors.ts';
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

/** Takes the given pauses away, in every target. */
export async function resume(
  invocation: Invocation,
  regions: Regions,
  spec: MirrorSetSpec,
  topics: readonly string[],
): Promise<void> {
  const tombstones = topics.map((topic) => ({ tombstone: pauseKey(spec.name, topic) }));
  await writeToAll(invocation.terminal, regions, spec.to, 'the end of the pause', (writer) =>
    writer.write(desiredTopic, tombstones),
  );
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
