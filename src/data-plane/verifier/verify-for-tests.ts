// Compares two served logs as the command does.
import { verifyContext } from '../../../test/fixtures/verify-context.ts';
import { seededRandom } from '../../base/random.ts';
import { type ServedLog, servedCluster } from './served-log-for-tests.ts';
import type { VerifyContext } from './verify-context.ts';
import { type VerifyOptions, verifyPartition } from './verify-partition.ts';

export const servedContext = (source: ServedLog, target: ServedLog): VerifyContext =>
  verifyContext(servedCluster(source), servedCluster(target), { random: seededRandom(1) });

/** The verdict, and its ranges as `kind from..to`. */
export async function verifyServed(source: ServedLog, target: ServedLog, options: VerifyOptions = {}) {
  const verdict = await verifyPartition(servedContext(source, target), 't', 0, options);
  const { kept } = verdict.comparison.differences;
  return { verdict, ranges: kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`) };
}
