// Judges a mirror by what stands in both logs, and by the segments that the ledger has; nothing here asks the
// mirror.
import { shiftAt, type ShiftSegments } from '../../../src/base/shift-segments.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { type DumpVerdict, judgeDumps, type JudgedLog } from '../../checkers/dump-judge.ts';
import { readBatches } from '../../checkers/read-batches.ts';
import { Violation } from '../../checkers/log-view.ts';
import { ProbedLog } from '../../fixtures/probed-log.ts';

export interface MirrorVerdict extends DumpVerdict {
  /** Target offset less source offset at the end, by the ledger. */
  readonly shift: number;
  /** Fillers at the very end that are too many; the ledger learns of them with the next data. */
  readonly ahead: number;
  /** The ledger's segments: first target offset and shift. */
  readonly segments: readonly (readonly [number, number])[];
}

/** Throws Violation where the promise does not hold, and whatever reading throws. */
export async function judgeMirror(
  clusters: { readonly source: KafkaCluster; readonly target: KafkaCluster },
  topic: string,
  segments: ShiftSegments,
  isCompacted: boolean,
): Promise<MirrorVerdict> {
  const source = await readLog(clusters.source, topic);
  const { ahead, log: target } = withoutSurplus(
    await readLog(clusters.target, topic),
    source.end + shiftOf(segments, Number.MAX_SAFE_INTEGER),
  );
  const isShifted = segments.length > 0;
  const verdict = judgeDumps(source, target, {
    isCompacted,
    shiftOf: isShifted ? (offset) => shiftOf(segments, offset) : undefined,
  });
  return {
    ...verdict,
    shift: shiftOf(segments, target.end),
    ahead,
    segments: segments.map(({ firstTargetOffset, shift }) => [Number(firstTargetOffset), Number(shift)]),
  };
}

const shiftOf = (segments: ShiftSegments, offset: number): number =>
  Number(shiftAt(segments, BigInt(offset)));

async function readLog(cluster: KafkaCluster, topic: string): Promise<JudgedLog> {
  const log = await ProbedLog.open(cluster, topic);
  try {
    const views = await log.views();
    const end = views.length === 0 ? await log.end() : (views.at(-1)?.lastOffset ?? -1n) + 1n;
    return { batches: readBatches(views), start: Number(await log.start()), end: Number(end) };
  } finally {
    log.leader.destroy('read');
  }
}

/** Up to `end`; what stands behind it must be control records. */
export function withoutSurplus(
  log: JudgedLog,
  end: number,
): { readonly ahead: number; readonly log: JudgedLog } {
  const surplus = log.batches.filter(({ baseOffset }) => baseOffset >= end);
  const record = surplus.find(({ isControl }) => !isControl);
  if (record !== undefined) {
    throw new Violation(`a record at ${record.baseOffset}, and the mirror should end at ${end}`);
  }
  const ahead = log.end - Math.min(log.end, end);
  const batches = log.batches.filter(({ baseOffset }) => baseOffset < end);
  return { ahead, log: { ...log, batches, end: log.end - ahead } };
}
