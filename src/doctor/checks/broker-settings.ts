// Settings of a broker that decide whether the fence holds.
import type { ErrorCode } from '../../base/error-catalog.ts';
import { ok, type Said, unknown, warning } from '../finding.ts';
import type { RegionSite } from '../region-site.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

interface Lower {
  readonly name: string;
  readonly msMin: number;
  readonly why: string;
  readonly next: string;
  readonly code?: ErrorCode;
}

/** Of brokers into which is mirrored (decision 0002). */
const lowerBounds: readonly Lower[] = [
  {
    name: 'producer.id.expiration.ms',
    msMin: dayMs,
    why:
      'A broker that has forgotten the producer id of a generation lets a late write of a frozen worker ' +
      'in. Each id is used once a day.',
    next: 'Set it to one day or more; above the age of the oldest records that are copied is best.',
  },
  {
    name: 'transactional.id.expiration.ms',
    msMin: 2 * dayMs,
    why: 'The transactional id of a generation is used once a day. Once forgotten, its producer id is lost.',
    next: 'Set it to two days or more; Kafka’s default is seven.',
  },
];

export async function checkBrokerSettings(
  site: RegionSite,
  nodeId: number,
  isTarget: boolean,
): Promise<Said[]> {
  const broker = site.mustView.brokers.find((each) => each.nodeId === nodeId);
  const questions = await site.questions(broker);
  const name = String(nodeId);
  const settings = (await questions.settingsOf('broker', [name])).get(name);
  if (settings === undefined || typeof settings === 'string') {
    const why = 'Causeway can do without that right.';
    return [unknown('cannot be read without DescribeConfigs on the cluster', why)];
  }
  site.brokerSettings.set(nodeId, settings);
  return isTarget ? judgeBrokerSettings(settings) : [ok('the broker’s settings can be read')];
}

/** Pure. */
export function judgeBrokerSettings(settings: ReadonlyMap<string, string>): Said[] {
  const said = lowerBounds.flatMap(({ name, msMin, why, next }) => {
    const value = Number(settings.get(name) ?? Number.NaN);
    // A broker that does not tell it has its default.
    if (Number.isNaN(value) || value >= msMin) return [];
    const hours = Math.round((value / hourMs) * 10) / 10;
    return [warning(`${name} is ${value} (${hours} hours)`, { why, next })];
  });
  return said.length > 0 ? said : [ok('ids of producers and transactions are kept for long enough')];
}
