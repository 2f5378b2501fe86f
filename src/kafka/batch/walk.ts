// Steps over the batches of a record set without looking inside them.
import { CausewayError } from '../../base/errors.ts';
import { batchLengthOf, headerBytes, magicOf } from './header.ts';

/** Bytes of a message of format 0 or 1 before its own fields: offset and size. */
const lengthEnds = 12;

/**
 * Calls `visit(start, length)` for every whole batch until it returns false. A cut batch at the end, which a
 * fetch may leave, is passed over. Throws CW-3005 for a length that no batch can have.
 */
export function forEachBatch(bytes: Buffer, visit: (start: number, length: number) => boolean): void {
  let start = 0;
  while (start + lengthEnds <= bytes.length) {
    const length = batchLengthOf(bytes, start);
    const isOld = start + 17 <= bytes.length && magicOf(bytes, start) < 2;
    if (length < (isOld ? 17 : headerBytes)) {
      throw new CausewayError('CW-3005', `a record batch claims ${length} bytes`, { at: start, length });
    }
    if (start + length > bytes.length) return;
    if (!visit(start, length)) return;
    start += length;
  }
}
