// Compares two served logs as the command does.
import { systemClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { RateLimit } from './rate-limit.ts';
import { type ServedLog, servedCluster } from './served-log-for-tests.ts';
import type { VerifyContext } from './verify-context.ts';
import { type VerifyOptions, verifyPartition } from './verify-partition.ts';

export function servedContext(source: ServedLog, target: ServedLog): VerifyContext {
  const limit = new RateLimit(systemClock, Number.POSITIVE_INFINITY);
  return {
    source: { region: 'eu-west', cluster: servedCluster(source), limit },
    target: { region: 'us-east', cluster: servedCluster(target), limit },
    clock: systemClock,
    random: seededRandom(1),
    signal: new AbortController().signal,
  };
}

/** The verdict, and its ranges as `kind from..to`. */
export async function verifyServed(source: ServedLog, target: ServedLog, options: VerifyOptions = {}) {
  const verdict = await verifyPartition(servedContext(source, target), 't', 0, options);
  const { kept } = verdict.comparison.differences;
  return { verdict, ranges: kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`) };
}
