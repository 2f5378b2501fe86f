// Waits, with the load at rest and everything healed, until each copy ends where its source ends and is
// mirrored.
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '../../src/base/errors.ts';
import { Violation } from '../checkers/log-view.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';
import { openTransaction } from '../fixtures/odd-topics.ts';
import { partitionsOf } from './both-logs.ts';
import type { CampaignWorld } from './campaign-world.ts';
import { allOffsets } from './log-offsets.ts';
import { lostTopics, sourceRegion, steadyTopics } from './topic-roles.ts';

/** What the product promises after the last heal. */
export const levelMsMax = 120_000;

/** How long it took. Throws Violation where it takes longer than is promised. */
export async function awaitLevel(world: CampaignWorld, healedAtMs: number): Promise<number> {
  const topics = [...Object.keys(steadyTopics), ...Object.keys(lostTopics)];
  for (;;) {
    const behind = await whoIsBehind(world, topics).catch(asked);
    const others = behind.length > 0 ? [] : world.stops.notMirroring;
    const tookMs = performance.now() - healedAtMs;
    if (behind.length === 0 && others.length === 0) return Math.round(tookMs);
    if (tookMs > levelMsMax) {
      throw new Violation(
        `not level ${Math.round(tookMs / 1_000)} s after healing: ${[...behind, ...others].join('; ')}`,
      );
    }
    await sleep(200);
  }
}

/** A cluster that does not answer yet is asked again. */
function asked(error: unknown): string[] {
  if (!(error instanceof CausewayError)) throw error;
  return [error.message];
}

async function whoIsBehind(world: CampaignWorld, topics: readonly string[]): Promise<string[]> {
  const partitions = await partitionsOf(world, topics);
  const [source, target] = await Promise.all([
    allOffsets(world.source, partitions),
    allOffsets(world.target, partitions),
  ]);
  const behind: string[] = [];
  for (const [index, at] of partitions.entries()) {
    const [theirs, ours] = [source[index], target[index]];
    const name = `${at.topic}-${at.partition}`;
    if (theirs !== undefined && ours !== undefined && theirs.stable === theirs.end && theirs.end === ours.end)
      continue;
    const [end, stable] = [theirs?.end ?? '?', theirs?.stable ?? '?'];
    behind.push(`${name}: source ends at ${end} (${stable}), target at ${ours?.end ?? '?'}`);
    // Where fillers too many stand at the end, the next holes take them back.
    if (theirs?.stable === theirs?.end && (ours?.end ?? 0n) > (theirs?.end ?? 0n)) await touch(world, at);
  }
  return behind;
}

/** One committed transaction: its marker is a hole. */
async function touch(world: CampaignWorld, { topic, partition }: TopicPartition): Promise<void> {
  await using transaction = await openTransaction(world.servers(sourceRegion), topic, 1, partition);
  await transaction.end('commit');
}
