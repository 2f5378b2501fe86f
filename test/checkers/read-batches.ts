// Batches as a fetch brings them, uncompressed, in the form of those that a dump prints.
import type { DumpedBatch } from './dumped-log.ts';
import type { BatchView } from './log-view.ts';
import { readRecords } from './record-view.ts';

const transactionalBit = 0x10;
const controlBit = 0x20;

export function readBatches(views: readonly BatchView[]): DumpedBatch[] {
  return views.map(({ bytes, baseOffset, lastOffset }) => {
    const attributes = bytes.readInt16BE(21);
    const isControl = (attributes & controlBit) !== 0;
    return {
      baseOffset: Number(baseOffset),
      lastOffset: Number(lastOffset),
      producerId: String(bytes.readBigInt64BE(43)),
      isTransactional: (attributes & transactionalBit) !== 0,
      isControl,
      codec: 'none',
      records: readRecords(bytes).map(({ offset, key, identity }) => ({
        offset: Number(offset),
        text: identity,
        key,
        marker: isControl ? markerOf(key) : undefined,
      })),
    };
  });
}

/** The key of a control record: its version, then its type, two bytes each. */
function markerOf(key: string): DumpedBatch['records'][number]['marker'] {
  const type = key.charCodeAt(3);
  return type === 0 ? 'ABORT' : type === 1 ? 'COMMIT' : undefined;
}
