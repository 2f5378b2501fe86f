// The record set of a produce step: one right batch, or one with the flaw that the step names.
import { crc32c } from '../../../src/kafka/batch/crc32c.ts';
import { type BatchSpec, madeBatch } from '../made-batch.ts';
import type { Flaw, ProduceStep } from './steps.ts';

const logAppendTimeBit = 0x08;
const transactionalBit = 0x10;
const controlBit = 0x20;
const tooLargeBytes = 1_100_000;

export function recordSetOf(step: ProduceStep, producerId: bigint): Buffer {
  const spec: BatchSpec = {
    values: step.values.map((value) => (value === null ? null : Buffer.from(value))),
    ...(step.keys === undefined ? {} : { keys: step.keys.map((key) => Buffer.from(key)) }),
    timestampMs: BigInt(step.timestampMs),
    producerId,
    producerEpoch: step.epoch,
    baseSequence: step.sequence,
    ...(step.transactionalId === undefined ? {} : { attributes: transactionalBit }),
  };
  return step.flaw === undefined ? madeBatch(spec) : flawed(spec, step.flaw);
}

function flawed(spec: BatchSpec, flaw: Flaw): Buffer {
  switch (flaw) {
    case 'checksum':
      return madeBatch({ ...spec, damaged: true });
    case 'baseOffset':
      return madeBatch({ ...spec, baseOffset: 5n });
    case 'offsetRange':
      return madeBatch({ ...spec, lastOffsetDelta: spec.values.length });
    case 'twoBatches':
      return Buffer.concat([madeBatch(spec), madeBatch(spec)]);
    case 'control':
      return madeBatch({ ...spec, attributes: controlBit });
    case 'transactional':
      return madeBatch({ ...spec, attributes: transactionalBit });
    case 'logAppendTime':
      return madeBatch({ ...spec, attributes: logAppendTimeBit });
    case 'magic': {
      const bytes = madeBatch(spec);
      bytes.writeInt8(3, 16);
      return bytes;
    }
    case 'empty':
      return Buffer.alloc(0);
    case 'cut':
      return madeBatch(spec).subarray(0, -3);
    case 'tooLarge':
      return madeBatch({ ...spec, values: [Buffer.alloc(tooLargeBytes, 'x')] });
    case 'noRecords': {
      const bytes = madeBatch({ ...spec, values: [], lastOffsetDelta: 0 });
      bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
      return bytes;
    }
  }
}
