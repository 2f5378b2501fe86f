// A line of `kafka-dump-log` in a form in which a mirror's line equals its source's: what the fence changes
// is left out, and the checksum is worked out as if it had not been there.
import { crc32c } from '../../src/kafka/batch/crc32c.ts';

/** From the attributes, where the checksum begins to count, to the end of the base sequence. */
const countedFrom = 21;
const producerIdAt = 43 - countedFrom;
const producerEpochAt = 51 - countedFrom;
const baseSequenceAt = 53 - countedFrom;

export interface DumpLine {
  readonly kind: 'batch' | 'record' | 'other';
  readonly text: string;
}

export function readDumpLine(line: string): DumpLine {
  if (line.startsWith('| offset:')) return { kind: 'record', text: line.replace(/ sequence: -?\d+/, '') };
  if (!line.startsWith('baseOffset:')) return { kind: 'other', text: line };
  const field = (name: string) => {
    const found = new RegExp(`(?:^| )${name}: (\\S+)`).exec(line)?.[1];
    if (found === undefined) throw new Error(`the dump shows a batch without ${name}: ${line}`);
    return found;
  };
  if (field('isvalid') !== 'true') throw new Error(`the dump shows a broken batch: ${line}`);
  if (field('isTransactional') !== 'false') throw new Error(`the dump shows a transaction: ${line}`);
  const crc = canonicalCrc({
    crc: Number(field('crc')),
    bytes: Number(field('size')),
    producerId: BigInt(field('producerId')),
    producerEpoch: Number(field('producerEpoch')),
    baseSequence: Number(field('baseSequence')),
  });
  const changed = 'baseSequence|lastSequence|producerId|producerEpoch|partitionLeaderEpoch|crc';
  const text = line.replaceAll(new RegExp(` (?:${changed}): \\S+`, 'g'), '');
  return { kind: 'batch', text: `${text} canonical crc: ${crc}` };
}

/**
 * The checksum with zeros in place of producer id, epoch and sequence. CRC-32C is linear: the checksum of a
 * change is that of the changed bytes among zeros, against that of zeros alone. Worked out here without the
 * product's own patch.
 */
function canonicalCrc(batch: {
  crc: number;
  bytes: number;
  producerId: bigint;
  producerEpoch: number;
  baseSequence: number;
}): number {
  const zeros = Buffer.alloc(batch.bytes - countedFrom);
  const without = crc32c(zeros, 0);
  zeros.writeBigInt64BE(batch.producerId, producerIdAt);
  zeros.writeInt16BE(batch.producerEpoch, producerEpochAt);
  zeros.writeInt32BE(batch.baseSequence, baseSequenceAt);
  return (batch.crc ^ crc32c(zeros, 0) ^ without) >>> 0;
}
