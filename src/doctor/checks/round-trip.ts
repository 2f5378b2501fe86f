// How long a small question takes to a broker and back.
import { askMetadata } from '../../kafka/client/broker-calls.ts';
import type { Connection } from '../../kafka/client/connection.ts';
import { ok, type Said } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';

/** The first one warms up; the median of an odd number of others is one of them. */
const questions = 6;

export async function checkRoundTrip(site: RegionSite, connection: Connection): Promise<Said[]> {
  const { clock } = site.parts;
  const tookMs: number[] = [];
  for (let count = 0; count < questions; count += 1) {
    const sentMs = clock.monotonicMs();
    await askMetadata(connection, [], site.limits);
    tookMs.push(clock.monotonicMs() - sentMs);
  }
  const sorted = tookMs.slice(1).sort((a, b) => a - b);
  const text = `${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)} ms`;
  return [ok(`the median round trip of ${sorted.length} small requests is ${text}`, text)];
}
