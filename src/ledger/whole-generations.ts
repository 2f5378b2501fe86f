// Whether a snapshot of `causeway.generations` may be acted on: a generation that is not seen could be the
// live one, and acting without it could let two writers into a mirror.
import { CausewayError } from '../base/errors.ts';
import { type LedgerSnapshot, recordsIn } from './changes.ts';
import type { GenerationRecord } from './records.ts';

/**
 * The records of the whole log. Throws CW-4006 where its beginning was deleted, CW-4008 where a newer program
 * has written what this one does not understand.
 */
export function mustBeWhole(
  snapshot: LedgerSnapshot<'causeway.generations'>,
  region: string,
): readonly GenerationRecord[] {
  if (snapshot.startOffset > 0n) {
    const text = `${region}: causeway.generations begins at offset ${snapshot.startOffset}, not at 0`;
    throw new CausewayError('CW-4006', text, { region });
  }
  for (const { is, why } of snapshot.leftAlone) {
    if (is === 'newer') throw new CausewayError('CW-4008', `${region}: ${why}`, { region });
  }
  return recordsIn(snapshot);
}
