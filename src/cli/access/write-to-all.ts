// One change written into the ledgers of several regions, and the truth about how far it went.
import { CausewayError, describeError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { LedgerWriter } from '../../ledger/writer.ts';
import type { Terminal } from '../terminal.ts';
import type { Regions } from './regions.ts';

/** Writes to the ledgers of all regions at once. Throws CW-6005 when some took it and some did not. */
export async function writeToAll(
  { clock }: Pick<Terminal, 'clock'>,
  regions: Pick<Regions, 'clusterOf'>,
  names: readonly string[],
  what: string,
  write: (writer: LedgerWriter) => Promise<unknown>,
): Promise<void> {
  const results = await Promise.allSettled(
    names.map(async (region) => {
      const writer = new LedgerWriter({
        cluster: regions.clusterOf(region),
        region,
        clock,
        random: systemRandom,
      });
      try {
        await write(writer);
      } finally {
        await writer.close();
      }
    }),
  );
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ region: names[index] ?? '', thrown: result.reason as unknown }] : [],
  );
  if (failed.length === 0) return;
  const defect = failed.find(({ thrown }) => !(thrown instanceof CausewayError));
  if (defect !== undefined) throw defect.thrown;
  const done = names.filter((name) => !failed.some(({ region }) => region === name));
  const lines = failed.map(({ region, thrown }) => `  ${region}: ${describeError(thrown)}`);
  const have = done.length === 1 ? 'has' : 'have';
  const taken = done.length === 0 ? 'no region has' : `${done.join(', ')} ${have}`;
  const text = `${taken} taken ${what}; not taken, or not known to be:`;
  throw new CausewayError('CW-6005', `${text}\n${lines.join('\n')}`, { done: done.join(', ') });
}
