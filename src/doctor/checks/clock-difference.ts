// Whether the clocks of this machine and of the cluster agree.
import type { ClockSight } from '../../kafka/admin/broker-questions.ts';
import { ok, type Said, unknown, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';

/** Recovery points and the ages of evidence are told to a tenth of a second. */
const differenceMsMax = 1_000;
/** The quickest answer tells most. */
const tries = 3;

export async function checkClock(site: RegionSite): Promise<Said[]> {
  const questions = await site.questions();
  let sight = await questions.clock();
  for (let again = 1; again < tries; again += 1) {
    const next = await questions.clock();
    if (next.exactToMs < sight.exactToMs) sight = next;
  }
  return [judgeClock(sight)];
}

/** Pure. */
export function judgeClock({ nodeId, aheadMs, exactToMs }: ClockSight): Said {
  const size = `${(Math.abs(aheadMs) / 1000).toFixed(1)} s`;
  const exact = `(to ±${exactToMs.toFixed(0)} ms, of node ${nodeId}, which leads the controllers)`;
  if (Math.abs(aheadMs) + exactToMs <= differenceMsMax) {
    return ok(`the clock differs by ${size} ${exact}`, size);
  }
  if (Math.abs(aheadMs) - exactToMs <= differenceMsMax) {
    return unknown(`the clock may differ by more than 1 s ${exact}: the answer took too long to tell`);
  }
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  return warning(`the cluster’s clock is ${size} ${direction} this machine’s ${exact}`, {
    why: 'Recovery points, ages and the ends of certificates and tokens are told by comparing clocks.',
    next: 'Let NTP or chrony keep the clocks of all brokers and of Causeway’s machines.',
  });
}
