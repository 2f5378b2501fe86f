// The offsets before the first one of a copy, where the source's log does not begin at 0: filled with empty
// records under the fence of data, the same ones whoever writes them, and trimmed before the first record.
import type { PartitionStart } from '../../base/partition-start.ts';
import { isNullBatch, nullBatches } from '../../kafka/batch/null-batches.ts';
import { patchForProduce, stampOf } from '../../kafka/batch/patch.ts';
import { recordCountOf } from '../../kafka/batch/header.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { deleteRecords, type TrimSite } from './delete-records.ts';
import type { Fence } from './fence.ts';
import type { DataBatch } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget, type TargetOffset } from './offsets.ts';
import { notReadable, oneBatch, type PartitionEnd, placeOf, readLog, readOffset } from './partition-end.ts';
import { judgeProduce, type ProduceOutcome } from './produce-outcome.ts';
import { sequenceAfter } from './sequence.ts';
import { type Cause, causeOf } from './stop-cause.ts';

/** What is missing of a prefix: `[position, firstOffset)`, and that the log begins behind it. */
export interface MissingPrefix {
  readonly fence: Fence;
  readonly target: PartitionEnd;
  readonly position: TargetOffset;
  readonly start: PartitionStart;
  /** Of the next batch. */
  readonly nextSequence: number;
}

/**
 * Whether the log still lacks some of its prefix, or of its trim. It does not once it holds anything else
 * than prefix: then it is a mirror. Throws Obstacle.
 */
export async function lacksPrefix(
  target: PartitionEnd,
  position: TargetOffset,
  { way, firstOffset, timestampMs }: PartitionStart,
): Promise<boolean> {
  if (way !== 'prefix' || position > firstOffset) return false;
  const logStart = await readOffset(target, 'start');
  if (logStart >= firstOffset) return false;
  if (logStart >= position) return true;
  const { records, errorCode } = await readLog(target, position - 1n, oneBatch);
  if (errorCode !== kafkaError.NONE || records.length === 0) throw notReadable(target, position - 1n);
  return isNullBatch(records, BigInt(timestampMs));
}

/** Filled before the topic was compacted: that is no data. */
export const isOfPrefix = ({ bytes, end }: DataBatch, start: PartitionStart | undefined): boolean =>
  start?.way === 'prefix' && end <= start.firstOffset && isNullBatch(bytes, BigInt(start.timestampMs));

export interface PrefixSite extends TrimSite {
  /** Offsets of one batch. */
  readonly batchOffsets: number;
  /** Asked before each request with the offset that all is filled up to. Throws where it must not go on. */
  reached(offset: TargetOffset): void;
}

/** Fills and trims. Throws Obstacle where the log has to be looked at again. */
export async function fillPrefix(site: PrefixSite, missing: MissingPrefix): Promise<void> {
  const { fence, target, start } = missing;
  const stamp = stampOf(fence.producerId, fence.producerEpoch);
  let { position, nextSequence } = missing;
  const timestamp = BigInt(start.timestampMs);
  for (const batch of nullBatches(position, start.firstOffset, timestamp, site.batchOffsets)) {
    site.reached(position);
    const count = recordCountOf(batch, 0);
    patchForProduce(batch, 0, stamp, nextSequence);
    await append(site, target, batch, position);
    position = asTarget(position + BigInt(count));
    nextSequence = sequenceAfter(nextSequence, count);
  }
  site.reached(position);
  if (!(await deleteRecords(site, target, start.firstOffset))) throw new Obstacle(compactedCause(target));
}

async function append(
  { connection, waitMs }: PrefixSite,
  target: PartitionEnd,
  records: Buffer,
  expected: TargetOffset,
): Promise<void> {
  const { topic, topicId, partition, region: targetRegion, leaderId: brokerId, account } = target;
  const { partitions } = await connection.produce({
    acks: -1,
    timeoutMs: waitMs,
    topics: [{ topic, topicId, partitions: [{ partition, records }] }],
  });
  const [answer] = partitions;
  if (answer === undefined) {
    throw new Obstacle(causeOf('CW-2022', `${placeOf(target)}: the answer leaves this partition out`));
  }
  const place = { targetRegion, topic, partition, brokerId, account };
  const outcome = judgeProduce(answer, expected, place);
  if (outcome.kind !== 'appended') throw new Obstacle(causeOfOutcome(target, answer.errorCode, outcome));
}

function causeOfOutcome(
  target: PartitionEnd,
  errorCode: number,
  outcome: Exclude<ProduceOutcome, { kind: 'appended' }>,
): Cause {
  if (errorCode === kafkaError.INVALID_RECORD) return compactedCause(target);
  return outcome.kind === 'restart' ? causeOf('CW-2021', outcome.reason) : outcome.cause;
}

/** It was not when the ledger was told: nothing else can be done with what it was told. */
function compactedCause(target: PartitionEnd): Cause {
  const text = 'the topic has been compacted since its prefix was begun; delete it to start again';
  return causeOf('CW-2009', `${placeOf(target)}: ${text}`);
}
