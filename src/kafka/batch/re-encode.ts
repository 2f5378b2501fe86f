// Writes a source's batch again where a patch of its header is not enough: as the fewest batches that
// Produce takes, and the holes between them. Keys, values and headers are copied as they stand.
import { CausewayError } from '../../base/errors.ts';
import { assembleBatch } from './assemble.ts';
import { pack, unpackedBytesMaxDefault } from './codecs.ts';
import { checkBatch, openBatch } from './decode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseTimestampOf,
  type Codec,
  codecOf,
  codecs,
  hasDeleteHorizon,
  isControl,
  lastOffsetDeltaOf,
  leaderEpochOf,
  maxTimestampOf,
  recordCountOf,
  usesLogAppendTime,
} from './header.ts';
import type { RecordCursor } from './record-cursor.ts';
import { varintBytes, writeVarint } from './varint.ts';

/** Offsets [from, to) of the source, and what is there for the target. */
export type MadePiece =
  | { readonly kind: 'batch'; readonly from: bigint; readonly to: bigint; readonly bytes: Buffer }
  | { readonly kind: 'holes'; readonly from: bigint; readonly to: bigint };

export interface MakingOptions {
  /** Records before this offset are left out. */
  readonly from: bigint;
  readonly unpackedBytesMax?: number;
}

/**
 * Whether the batch at `at`, no control batch, has to be made for a target that stands at `position`: it
 * begins before, lacks offsets inside, or carries LogAppendTime, which the target's broker would drop
 * without a word. A delete horizon is the source's cleaner's, and would let the target's remove tombstones
 * too early.
 */
export function needsMaking(bytes: Buffer, at: number, position: bigint): boolean {
  const attributes = attributesOf(bytes, at);
  return (
    usesLogAppendTime(attributes) ||
    hasDeleteHorizon(attributes) ||
    recordCountOf(bytes, at) !== lastOffsetDeltaOf(bytes, at) + 1 ||
    baseOffsetOf(bytes, at) < position
  );
}

/**
 * What the batch at `at` is to a reader of committed records, in the order of offsets and without a gap from
 * `from`, or the batch's base offset, to behind its last offset; nothing where it ends before `from`. A
 * control batch is holes. The batches have the source's codec, leader epoch and offsets, CreateTime as a
 * consumer sees it, no transaction and no producer id. The same bytes make the same batches, as long as the
 * version of Node.js is the same; their offsets do not depend even on that. Throws CW-3005 where the batch
 * is damaged, CW-3007 where its codec is unknown, CW-3018 where it unpacks to more than `unpackedBytesMax`.
 */
export function madePieces(bytes: Buffer, at: number, options: MakingOptions): MadePiece[] {
  const length = checkBatch(bytes, at);
  const base = baseOffsetOf(bytes, at);
  const to = base + BigInt(lastOffsetDeltaOf(bytes, at)) + 1n;
  if (base < 0n || to <= base || !fits(to)) refuse(base, `it reaches from there to ${to}`);
  const from = options.from > base ? options.from : base;
  if (from >= to) return [];
  if (isControl(attributesOf(bytes, at))) return [{ kind: 'holes', from, to }];
  const cursor = openBatch(bytes, at, length, options.unpackedBytesMax ?? unpackedBytesMaxDefault);
  const pieces: MadePiece[] = [];
  let reached = from;
  for (const run of runsOf(bytes, at, cursor, Number(from - base))) {
    const runFrom = base + BigInt(run.firstDelta);
    if (runFrom > reached) pieces.push({ kind: 'holes', from: reached, to: runFrom });
    reached = runFrom + BigInt(run.count);
    pieces.push({ kind: 'batch', from: runFrom, to: reached, bytes: batchOf(bytes, at, run) });
  }
  if (reached < to) pieces.push({ kind: 'holes', from: reached, to });
  return pieces;
}

const fits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

function refuse(base: bigint, what: string): never {
  throw new CausewayError('CW-3005', `the batch at offset ${base} is damaged: ${what}`);
}

/** Records at consecutive offsets. */
interface Run {
  /** Its first offset, less the source's base offset. */
  readonly firstDelta: number;
  count: number;
  /** The records as they are written; views of one buffer. */
  records: Buffer;
  maxTimestampDelta: number | bigint;
}

/** The records from `fromDelta` on, written anew. Each takes at most as many bytes as before. */
function runsOf(bytes: Buffer, at: number, cursor: RecordCursor, fromDelta: number): Run[] {
  const keepsTimestamps = !usesLogAppendTime(attributesOf(bytes, at));
  const lastDelta = lastOffsetDeltaOf(bytes, at);
  const count = recordCountOf(bytes, at);
  const written = Buffer.allocUnsafe(cursor.bytes.length);
  const runs: Run[] = [];
  let run: Run | undefined;
  let runStart = 0;
  let to = 0;
  let leastDelta = 0;
  for (let i = 0; i < count; i += 1) {
    const end = cursor.recordEnd();
    const attributesAt = cursor.at;
    cursor.at += 1;
    const timestampDelta = cursor.varlong();
    const timestampEnd = cursor.at;
    const delta = cursor.varint();
    const fieldsFrom = cursor.at;
    skipFields(cursor, end);
    if (delta < leastDelta || delta > lastDelta) cursor.refuse(`a record stands at its offset ${delta}`);
    leastDelta = delta + 1;
    if (delta < fromDelta) continue;
    if (run === undefined || delta !== run.firstDelta + run.count) {
      if (run !== undefined) run.records = written.subarray(runStart, to);
      run = { firstDelta: delta, count: 0, records: written, maxTimestampDelta: timestampDelta };
      runs.push(run);
      runStart = to;
    }
    const headTo = keepsTimestamps ? timestampEnd : attributesAt + 1;
    const newDelta = delta - run.firstDelta;
    const headBytes = headTo - attributesAt + (keepsTimestamps ? 0 : 1) + varintBytes(newDelta);
    to = writeVarint(written, to, headBytes + end - fieldsFrom);
    for (let from = attributesAt; from < headTo; from += 1) written[to++] = cursor.bytes[from] as number;
    if (!keepsTimestamps) written[to++] = 0;
    to = writeVarint(written, to, newDelta);
    to += cursor.bytes.copy(written, to, fieldsFrom, end);
    run.count += 1;
    if (timestampDelta > run.maxTimestampDelta) run.maxTimestampDelta = timestampDelta;
  }
  cursor.checkEnd();
  if (run !== undefined) run.records = written.subarray(runStart, to);
  return runs;
}

function skipFields(cursor: RecordCursor, end: number): void {
  cursor.skipField(end);
  cursor.skipField(end);
  cursor.skipHeaders(end);
  cursor.checkRecordEnd(end);
}

function batchOf(bytes: Buffer, at: number, run: Run): Buffer {
  const attributes = attributesOf(bytes, at);
  const codec = codecOf(attributes) as Codec;
  const appendTime = usesLogAppendTime(attributes) ? maxTimestampOf(bytes, at) : undefined;
  // Any base will do that the deltas count from: the source's needs no change of the deltas.
  const baseTimestamp = baseTimestampOf(bytes, at);
  const maxTimestamp = appendTime ?? baseTimestamp + BigInt(run.maxTimestampDelta);
  if (!fits(maxTimestamp)) refuse(baseOffsetOf(bytes, at), `a record has the timestamp ${maxTimestamp}`);
  return assembleBatch(
    {
      baseOffset: baseOffsetOf(bytes, at) + BigInt(run.firstDelta),
      leaderEpoch: leaderEpochOf(bytes, at),
      attributes: codecs.indexOf(codec),
      recordCount: run.count,
      baseTimestamp: appendTime ?? baseTimestamp,
      maxTimestamp,
    },
    pack(codec, run.records),
  );
}
