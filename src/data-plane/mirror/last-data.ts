// The last data of a target log before its end. Thousands of fillers may stand behind it, so it is looked for
// backwards in growing steps.
import {
  attributesOf,
  baseOffsetOf,
  isControl,
  lastOffsetDeltaOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
} from '../../kafka/batch/header.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import type { ProducerEpoch } from './fence.ts';
import { isMixedEpoch } from './mixed-epochs.ts';
import type { TargetOffset } from './offsets.ts';
import { manyBatches, notReadable, oneBatch, type PartitionEnd, readLog } from './partition-end.ts';

/** A batch as it was read, alone in its bytes. */
export interface DataBatch {
  readonly bytes: Buffer;
  readonly base: bigint;
  /** Offset after its last record. */
  readonly end: bigint;
  /**
   * Control records of other producers or epochs that stand directly before it, but for those of a mixed
   * epoch.
   */
  readonly strangers: number;
}

export interface TargetTail {
  readonly logStart: bigint;
  /** Undefined where the log holds no data below its end. */
  readonly last: DataBatch | undefined;
}

const growth = 16n;

export async function findLastData(
  target: PartitionEnd,
  logEnd: TargetOffset,
  what: WhatIsData = {},
): Promise<TargetTail> {
  if (logEnd === 0n) return { logStart: 0n, last: undefined };
  for (let back = 1n; ; back *= growth) {
    const from = back < logEnd ? logEnd - back : 0n;
    const bytesMax = back === 1n ? oneBatch : manyBatches;
    const found = await readDataBatches(target, from, logEnd, { ...what, bytesMax });
    const last = found.batches.at(-1);
    if (last !== undefined || found.logStart >= from) return { logStart: found.logStart, last };
  }
}

export interface DataRead {
  readonly logStart: bigint;
  readonly batches: readonly DataBatch[];
  /** Where reading ended: the end asked for, or the last stable offset of a source. */
  readonly reached: bigint;
  /** Control records among them. */
  readonly fillers: number;
}

export interface WhatIsData {
  /** Also batches that a cleaner has left as the last ones of their producer, without records. */
  readonly withEmptied?: boolean;
}

/** Data batches that reach into `[from, to)`, as far as they are stable, and where the log starts. */
export async function readDataBatches(
  at: PartitionEnd,
  from: bigint,
  to: bigint,
  { bytesMax = manyBatches, withEmptied = false }: WhatIsData & { readonly bytesMax?: number } = {},
): Promise<DataRead> {
  const batches: DataBatch[] = [];
  let logStart = 0n;
  let next = from;
  let fillers = 0;
  /** Of the control records directly before `next`. */
  const controls: ProducerEpoch[] = [];
  while (next < to) {
    const read = await readLog(at, next, bytesMax);
    logStart = read.logStartOffset;
    if (logStart >= to) break;
    const before = next;
    if (at.side === 'source' && read.records.length === 0 && read.lastStableOffset <= next) break;
    if (next < logStart) next = logStart;
    else {
      const collected = collect(read.records, next, to, { batches, controls, withEmptied });
      next = collected.next;
      fillers += collected.fillers;
    }
    if (next === before) throw notReadable(at, next);
  }
  return { logStart, batches, reached: next, fillers };
}

interface Collecting extends Required<WhatIsData> {
  readonly batches: DataBatch[];
  readonly controls: ProducerEpoch[];
}

function collect(records: Buffer, from: bigint, to: bigint, { batches, controls, withEmptied }: Collecting) {
  let next = from;
  let fillers = 0;
  forEachBatch(records, (start, length) => {
    const base = baseOffsetOf(records, start);
    const end = base + BigInt(lastOffsetDeltaOf(records, start) + 1);
    if (base >= to) {
      // A cleaner has taken what was in between.
      next = to;
      return false;
    }
    if (base > next) controls.length = 0;
    const writer = {
      producerId: producerIdOf(records, start),
      producerEpoch: producerEpochOf(records, start),
    };
    if (isControl(attributesOf(records, start))) {
      fillers += 1;
      controls.push(writer);
    } else {
      const strangers = controls.length - 1 - controls.findLastIndex((each) => isMeant(each, writer));
      const bytes = records.subarray(start, start + length);
      if (withEmptied || recordCountOf(records, start) > 0) batches.push({ bytes, base, end, strangers });
      controls.length = 0;
    }
    next = end;
    return true;
  });
  return { next, fillers };
}

/** Data of an epoch comes behind fillers of its own, or of the mixed epoch that was left for it. */
const isMeant = (control: ProducerEpoch, data: ProducerEpoch): boolean =>
  control.producerId === data.producerId &&
  (control.producerEpoch === data.producerEpoch || isMixedEpoch(control.producerEpoch));
