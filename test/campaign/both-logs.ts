// Both sides' logs of the topics that are never to stop, dumped by Kafka's own tool where it can tell keys
// apart or need not, and what stands in them by offset.
import path from 'node:path';
import { shiftAt, shiftKey, type ShiftSegments } from '../../src/base/shift-segments.ts';
import { type DumpedBatch, readDumps } from '../checkers/dumped-log.ts';
import type { JudgedLog } from '../checkers/dump-judge.ts';
import { readBatches } from '../checkers/read-batches.ts';
import { openLedger } from '../fault/holes/hole-ledger.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';
import { ProbedLog } from '../fixtures/probed-log.ts';
import { dumpSegments, findSegments } from '../fixtures/segment-dump.ts';
import type { CampaignWorld } from './campaign-world.ts';
import { allOffsets } from './log-offsets.ts';
import { type Region, sourceRegion, steadyTopics, targetRegion } from './topic-roles.ts';

export interface LogPair extends TopicPartition {
  readonly source: JudgedLog;
  readonly target: JudgedLog;
  readonly isCompacted: boolean;
  readonly isShifted: boolean;
  /** Target offset less source offset at a target offset, by the ledger. */
  shiftOf(targetOffset: number): number;
}

export const isCompacted = (topic: string): boolean => topic === 'keyed';

/** All partitions of these topics, as the source has them now. */
export async function partitionsOf(
  world: CampaignWorld,
  topics: readonly string[],
): Promise<TopicPartition[]> {
  const { topics: found } = await world.source.metadata(topics);
  return found.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name ?? '', partition })),
  );
}

export async function bothLogs(world: CampaignWorld): Promise<LogPair[]> {
  const partitions = await partitionsOf(world, Object.keys(steadyTopics));
  const source = await logsOf(world, sourceRegion, partitions);
  const target = await logsOf(world, targetRegion, partitions);
  const segments = await segmentsOf(world, partitions);
  return partitions.map((at, index) => {
    const own = segments[index] ?? [];
    return {
      ...at,
      source: source[index] as JudgedLog,
      target: target[index] as JudgedLog,
      isCompacted: isCompacted(at.topic),
      isShifted: own.length > 0,
      shiftOf: (offset) => Number(shiftAt(own, BigInt(offset))),
    };
  });
}

async function logsOf(
  world: CampaignWorld,
  region: Region,
  partitions: readonly TopicPartition[],
): Promise<JudgedLog[]> {
  const offsets = await allOffsets(world.clusterOf(region), partitions);
  const folders = partitions.map(({ topic, partition }, index) => {
    const leaderId = offsets[index]?.leaderId ?? 1;
    const broker = world.lab.region(region).brokers[leaderId - 1];
    return path.join(broker?.plan.dataFolder ?? '', `${topic}-${partition}`);
  });
  const dumped = partitions.map(({ topic }) => !isCompacted(topic));
  const files = await Promise.all(
    folders
      .filter((_, index) => dumped[index])
      .map((each) => {
        return findSegments(path.dirname(each), (name) => name === path.basename(each));
      }),
  );
  const dumps = await readDumps(dumpSegments(files.flat()));
  return Promise.all(
    partitions.map(async (at, index) => {
      const found = offsets[index];
      if (found === undefined) throw new Error(`${at.topic}-${at.partition} of ${region} has no leader`);
      const [start, end] = [Number(found.start), Number(found.end)];
      const batches = dumped[index]
        ? (dumps.get(folders[index] ?? '') ?? [])
        : await fetched(world, region, at);
      return { batches, start, end };
    }),
  );
}

/** A dump does not tell a record's key apart, which compaction is judged by. */
async function fetched(world: CampaignWorld, region: Region, at: TopicPartition): Promise<DumpedBatch[]> {
  const log = await ProbedLog.open(world.clusterOf(region), at.topic, at.partition);
  try {
    return readBatches(await log.views());
  } finally {
    log.leader.destroy('read');
  }
}

async function segmentsOf(
  world: CampaignWorld,
  partitions: readonly TopicPartition[],
): Promise<(ShiftSegments | undefined)[]> {
  const { ledger, close } = openLedger(world.target, targetRegion);
  try {
    const shifts = await ledger.readShifts();
    const { topics } = await world.target.metadata(Object.keys(steadyTopics));
    const idOf = new Map(topics.map(({ name, topicId }) => [name, topicId]));
    return partitions.map(({ topic, partition }) => shifts.get(shiftKey(idOf.get(topic) ?? '', partition)));
  } finally {
    await close();
  }
}

/** The value of each record by its offset in the log; control records have none. */
export function valuesIn({ batches, start }: JudgedLog): Map<number, string> {
  const values = new Map<number, string>();
  for (const { records, isControl } of batches) {
    if (isControl) continue;
    for (const { offset, text, key } of records) if (offset >= start) values.set(offset, valueIn(text, key));
  }
  return values;
}

/** Behind the key in what was fetched, behind its word in what was dumped. */
function valueIn(text: string, key: string | undefined): string {
  if (key === undefined) return text.slice(text.lastIndexOf(' payload: ') + ' payload: '.length);
  return text.slice(text.indexOf('/', text.indexOf('/') + 1) + 1);
}
