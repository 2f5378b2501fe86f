// The promise of a mirror, judged by dumps of both logs: each committed record of the source stands at its
// offset at the target, and every other offset of the target is a control record or below its log start. What
// is committed follows from the source's markers, worked out here anew.
import type { DumpedBatch, DumpedRecord } from './dumped-log.ts';
import { Violation } from './log-view.ts';

export interface JudgedLog {
  readonly batches: readonly DumpedBatch[];
  /** Offset of the first record that a reader may still ask for. */
  readonly start: number;
  readonly end: number;
}

export interface DumpVerdict {
  /** Committed records of the source, each found at the target. */
  readonly records: number;
  /** Control records of the target. */
  readonly fillers: number;
  /** Records of the source's aborted transactions. */
  readonly aborted: number;
}

export interface JudgingRules {
  /** Target offset less source offset of what stands at a target offset; nothing is shifted unless given. */
  readonly shiftOf?: ((targetOffset: number) => number) | undefined;
  /**
   * Cleaners may have taken what the other side has, where a later record of the key is there: at the source
   * each replica has its own, and another one may lead now than did when it was copied.
   */
  readonly isCompacted?: boolean;
}

/** Throws Violation with the first offset that breaks the promise. */
export function judgeDumps(
  source: JudgedLog,
  target: JudgedLog,
  { shiftOf, isCompacted = false }: JudgingRules = {},
): DumpVerdict {
  const { committed, latest, aborted } = readHistory(source);
  const isSuperseded = (offset: number, key: string | undefined) =>
    isCompacted && (latest.get(key) ?? -1) > offset;
  const meant = source.end + (shiftOf?.(target.end) ?? 0);
  if (target.end !== meant) {
    throw new Violation(`the source ends at ${source.end}, the target at ${target.end}, not at ${meant}`);
  }
  let next = target.start;
  let [records, fillers] = [0, 0];
  let last = -1;
  for (const { offset, text, key, isControl, isTransactional } of recordsFrom(target)) {
    if (offset < next) throw new Violation(`offset ${offset} stands twice at the target`);
    if (offset > next) throw new Violation(`nothing stands at ${next}..${offset - 1} of the target`);
    next = offset + 1;
    const at = offset - (shiftOf?.(offset) ?? 0);
    const original = committed.get(at);
    const theirs = original?.text;
    if (isControl) {
      fillers += 1;
      // In front of a shift stand fillers too many; the record that each would be comes behind them.
      if (theirs !== undefined && shiftOf === undefined && !isSuperseded(at, original?.key))
        throw new Violation(`a filler at ${offset}, where the source has ${theirs}`);
      continue;
    }
    if (isTransactional) throw new Violation(`the record at ${offset} of the target is in a transaction`);
    if (at <= last) throw new Violation(`${at} of the source stands at ${offset} again, behind ${last}`);
    last = at;
    if (theirs === undefined && isSuperseded(at, key)) continue;
    if (theirs === undefined)
      throw new Violation(`a record at ${offset} that the source does not have: ${text}`);
    if (text !== theirs) throw new Violation(`at ${offset} the source has ${theirs}, the target ${text}`);
    records += 1;
    committed.delete(at);
  }
  if (next !== target.end) throw new Violation(`nothing stands at ${next}..${target.end - 1} of the target`);
  for (const [offset, { text, key }] of committed) {
    if (isSuperseded(offset, key)) continue;
    if (offset < target.start)
      throw new Violation(`the target begins at ${target.start}, the source has a record at ${offset}`);
    throw new Violation(`the source has ${text} at ${offset}, the target has it nowhere`);
  }
  return { records, fillers, aborted };
}

interface History {
  /** By offset. */
  readonly committed: Map<number, DumpedRecord>;
  /** Offset of the last committed record of each key. */
  readonly latest: ReadonlyMap<string | undefined, number>;
  readonly aborted: number;
}

/** A transaction's records are what its producer's next marker says. */
function readHistory(source: JudgedLog): History {
  const committed = new Map<number, DumpedRecord>();
  const open = new Map<string, DumpedRecord[]>();
  let aborted = 0;
  for (const batch of source.batches) {
    const { producerId } = batch;
    if (batch.isControl) {
      for (const { marker } of batch.records) {
        const ended = open.get(producerId) ?? [];
        open.delete(producerId);
        if (marker === 'ABORT') aborted += ended.length;
        else if (marker === 'COMMIT') for (const each of ended) committed.set(each.offset, each);
      }
    } else if (batch.isTransactional) {
      open.set(producerId, [...(open.get(producerId) ?? []), ...batch.records]);
    } else {
      for (const each of batch.records) committed.set(each.offset, each);
    }
  }
  const [undecided] = open.keys();
  if (undecided !== undefined) throw new Violation(`the source has an open transaction of ${undecided}`);
  for (const offset of committed.keys()) if (offset < source.start) committed.delete(offset);
  const latest = new Map<string | undefined, number>();
  for (const { key, offset } of committed.values()) {
    latest.set(key, Math.max(offset, latest.get(key) ?? offset));
  }
  return { committed, latest, aborted };
}

function* recordsFrom({ batches, start }: JudgedLog) {
  for (const { records, isControl, isTransactional } of batches) {
    for (const record of records) {
      if (record.offset >= start) yield { ...record, isControl, isTransactional };
    }
  }
}
