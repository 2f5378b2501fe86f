// Creates the ledger's topics in a region, where they are missing.
import { InvariantError } from '../../base/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { Regions } from './regions.ts';

export async function createLedgerTopics(
  _invocation: Invocation,
  _regions: Regions,
  region: string,
): Promise<void> {
  await Promise.reject(new InvariantError(`ledger topics of ${region}: being wired`));
}
