// The verdict on a round, when every copy is level and nothing is written: by dumps of both sides, by the
// histories of clients, by what readers of the copies have seen, and by the product's own comparison.
import { readFileSync } from 'node:fs';
import { describeError } from '../../src/base/errors.ts';
import {
  type ClientHistory,
  checkHistory,
  checkSeen,
  type Expected,
  readHistory,
  readSeen,
} from '../checkers/client-history.ts';
import { judgeDumps } from '../checkers/dump-judge.ts';
import { Violation } from '../checkers/log-view.ts';
import { checkStops, type StopReason } from '../checkers/stop-checker.ts';
import { causeway } from '../fault/causeway-command.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { bothLogs, type LogPair, partitionsOf, valuesIn } from './both-logs.ts';
import type { CampaignWorld } from './campaign-world.ts';
import { allOffsets } from './log-offsets.ts';
import { compactedSet, mirrorSet, steadyTopics } from './topic-roles.ts';

export interface RoundVerdict {
  /** Records of the source, each found at its place at the target. */
  readonly records: number;
  readonly fillers: number;
  /** Acknowledged to producers, and found on both sides. */
  readonly acknowledged: number;
  /** Seen by readers of the copies, and what the source holds. */
  readonly seen: number;
  readonly violations: readonly string[];
}

const levels = ['read_committed', 'read_uncommitted'] as const;

interface SidesValues {
  readonly source: ReadonlyMap<number, string>;
  /** By target offset, and by source offset. */
  readonly target: ReadonlyMap<number, string>;
  readonly targetBySource: ReadonlyMap<number, string>;
}

export async function judgeRound(
  world: CampaignWorld,
  reasons: readonly StopReason[],
): Promise<RoundVerdict> {
  const violations: string[] = [];
  const counts = { records: 0, fillers: 0, acknowledged: 0, seen: 0 };
  const judge = async (what: string, check: () => void | Promise<void>) => {
    try {
      await check();
    } catch (error) {
      // What the campaign itself does wrong is no verdict.
      if (!(error instanceof Violation)) throw error;
      violations.push(`${what}: ${describeError(error)}`);
    }
  };
  await judge('readers', () => readersAreThere(world));
  const pairs = await bothLogs(world);
  for (const pair of pairs) {
    await judge(`${pair.topic}-${pair.partition}`, () => {
      const shiftOf = pair.isShifted ? (offset: number) => pair.shiftOf(offset) : undefined;
      const { source, target, isCompacted } = pair;
      const verdict = judgeDumps(source, target, { isCompacted, shiftOf });
      counts.records += verdict.records;
      counts.fillers += verdict.fillers;
    });
  }
  const history = historiesOf(world);
  const values = new Map(pairs.map((pair) => [`${pair.topic}-${pair.partition}`, valuesOfPair(pair)]));
  await judge('client histories', () => {
    counts.acknowledged = checkHistory(history, (topic, partition) => {
      const found = values.get(`${topic}-${partition}`);
      if (found === undefined) return undefined;
      return { source: found.source, target: found.targetBySource, isCompacted: topic === 'keyed' };
    });
  });
  const expectedAt = expectation(values, history, pairs);
  for (const level of levels) {
    await judge(`${level} reader`, () => {
      const seen = readSeen(readFileSync(world.loads.java.seenFile(level), 'latin1'));
      counts.seen += checkSeen(level, seen, expectedAt, history.aborted);
    });
  }
  await judge('stops', () => checkStops(world.stops.stops, reasons));
  for (const set of [mirrorSet, compactedSet]) await judge('verify', () => agrees(world, 'verify', set));
  await judge('status', () => agrees(world, 'status', '--detailed-exitcode'));
  return { ...counts, violations };
}

async function agrees(world: CampaignWorld, ...command: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await causeway(...command, '--config', world.operatorFile);
  if (exitCode !== 0) throw new Violation(`exit code ${exitCode}: ${stdout}${stderr}`.trim().slice(0, 2_000));
}

function historiesOf(world: CampaignWorld): ClientHistory {
  const all = world.loads.histories.map((file) => readHistory(readFileSync(file, 'latin1')));
  return {
    acknowledged: all.flatMap(({ acknowledged }) => acknowledged),
    aborted: new Set(all.flatMap(({ aborted }) => [...aborted])),
  };
}

function valuesOfPair(pair: LogPair): SidesValues {
  const target = valuesIn(pair.target);
  return {
    source: valuesIn(pair.source),
    target,
    targetBySource: new Map([...target].map(([at, value]) => [at - pair.shiftOf(at), value])),
  };
}

/** What cleaners have taken since is known from the copy, which they leave alone, or from its producer. */
function expectation(
  values: ReadonlyMap<string, SidesValues>,
  { acknowledged }: ClientHistory,
  pairs: readonly LogPair[],
) {
  const pairOf = new Map(pairs.map((pair) => [`${pair.topic}-${pair.partition}`, pair]));
  const cleaned = new Map(
    acknowledged
      .filter(({ topic }) => topic === 'keyed')
      .map(({ topic, partition, offset, value }) => [`${topic}-${partition} ${offset}`, value]),
  );
  return (topic: string, partition: number, targetOffset: number): Expected | undefined => {
    const name = `${topic}-${partition}`;
    const at = targetOffset - (pairOf.get(name)?.shiftOf(targetOffset) ?? 0);
    const found = values.get(name);
    const value = found?.source.get(at) ?? cleaned.get(`${name} ${at}`) ?? found?.target.get(targetOffset);
    return value === undefined ? undefined : { offset: at, value };
  };
}

/** Both readers have come to the ends of the copies. */
async function readersAreThere(world: CampaignWorld): Promise<void> {
  const partitions = await partitionsOf(world, Object.keys(steadyTopics));
  const ends = await allOffsets(world.target, partitions);
  const missing = () => {
    const positions = world.loads.java.positions();
    return levels.flatMap((level) =>
      partitions.flatMap(({ topic, partition }, index) => {
        const at = positions.get(`${level}/${topic}/${partition}`) ?? -1;
        const end = Number(ends[index]?.end ?? 0n);
        return at >= end ? [] : [`${level} ${topic}-${partition} at ${at} of ${end}`];
      }),
    );
  };
  const isThere = () => missing().length === 0;
  try {
    await waitUntil('readers to come to the end', isThere, { giveUpMs: 60_000, pollMs: 200 });
  } catch {
    throw new Violation(`readers of the copies do not come to the end: ${missing().join(', ')}`);
  }
}
