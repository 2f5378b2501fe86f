// The last word on a mirror after a trouble, by Kafka's own dump of both logs: each committed record of the
// source at its offset, every other offset of the copy a control record.
import assert from 'node:assert/strict';
import { judgeDumps } from '../checkers/dump-judge.ts';
import { readDumps } from '../checkers/dumped-log.ts';
import { dumpSegments, findSegments } from '../fixtures/segment-dump.ts';
import { type Region, sourceRegion, targetRegion, type TroubleWorld } from './trouble-world.ts';

/** Partition 0 of every topic. Returns how many records were found at their places, by topic. */
export async function judgeMirrors(
  world: TroubleWorld,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sides: readonly Region[] = [sourceRegion, targetRegion];
  const logs = await Promise.all(sides.flatMap((side) => topics.map((topic) => logOf(world, side, topic))));
  const files = await Promise.all(
    logs.map(({ dataFolder, folder }) => findSegments(dataFolder, (name) => name === folder)),
  );
  const dumps = await readDumps(dumpSegments(files.flat()));
  return new Map(
    topics.map((topic) => {
      const [theirs, ours] = sides.map((side) => {
        const log = logs.find((each) => each.side === side && each.topic === topic) ?? assert.fail();
        return { ...log, batches: dumps.get(`${log.dataFolder}/${log.folder}`) ?? assert.fail(topic) };
      });
      if (theirs === undefined || ours === undefined) assert.fail();
      return [topic, judgeDumps(theirs, ours).records];
    }),
  );
}

async function logOf(world: TroubleWorld, side: Region, topic: string) {
  const cluster = side === sourceRegion ? world.source : world.target;
  const [leader, start, end] = await Promise.all([
    world.leader(cluster, topic),
    world.offset(cluster, topic, 'start'),
    world.offset(cluster, topic),
  ]);
  const dataFolder = world.lab.region(side).brokers[leader - 1]?.plan.dataFolder ?? '';
  return { side, topic, dataFolder, folder: `${topic}-0`, start: Number(start), end: Number(end) };
}
