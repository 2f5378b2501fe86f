// The WAN of a lab out of its regions: which ways there are between them, which ports brokers advertise for
// them, and how far apart they are.
import { join } from 'node:path';
import { listenerFrom } from '../broker-properties.ts';
import type { LabOptions } from '../lab-options.ts';
import { freePorts } from '../ports.ts';
import type { RegionPlan, RegionPorts } from '../region.ts';
import { roundTripMs } from './cloud-distances.ts';
import { Wan } from './wan.ts';
import type { CrossingPlan } from './wan-messages.ts';

export interface LaidOutRegion {
  readonly plan: RegionPlan;
  readonly ports: RegionPorts;
}

/**
 * One way per broker and remote region; without an emulated WAN it leads straight to the broker. Throws
 * CW-5007.
 */
export async function planCrossings(
  regions: readonly LaidOutRegion[],
  emulated: boolean,
): Promise<CrossingPlan[]> {
  const ways = regions.flatMap(({ plan, ports }) =>
    plan.remoteRegions.flatMap((from) =>
      ports.listeners.map((listeners, index) => ({
        from,
        to: plan.region,
        broker: index + 1,
        brokerPort: listeners.get(listenerFrom(from)) as number,
      })),
    ),
  );
  const ports = emulated ? await freePorts(ways.length) : ways.map(({ brokerPort }) => brokerPort);
  return ways.map((way, index) => ({ ...way, port: ports[index] as number }));
}

/** Per broker of the region: listener name → port that clients of other regions are told. */
export function advertisedPorts(plan: RegionPlan, crossings: readonly CrossingPlan[]): Map<string, number>[] {
  return Array.from({ length: plan.brokers }, (_, index) => {
    const own = crossings.filter(({ to, broker }) => to === plan.region && broker === index + 1);
    return new Map(own.map(({ from, port }) => [listenerFrom(from), port]));
  });
}

/** Starts the WAN and sets its links as the options ask for. Throws CW-5011, CW-5014 and CW-5015. */
export async function startWan(
  labId: string,
  folder: string,
  plans: readonly RegionPlan[],
  crossings: readonly CrossingPlan[],
  options: LabOptions,
): Promise<Wan> {
  const regions = plans.map(({ region }) => region);
  const wan = await Wan.start({ labId, regions, crossings, logFile: join(folder, 'wan.log') });
  try {
    if (options.wan === 'distances') await setDistances(wan, plans);
    for (const { from, to, oneWay = false, ...change } of options.links ?? []) {
      await wan.set(from, to, change, { oneWay });
    }
    return wan;
  } catch (error) {
    await wan.close();
    throw error;
  }
}

async function setDistances(wan: Wan, plans: readonly RegionPlan[]): Promise<void> {
  for (const [index, { region: from, location }] of plans.entries()) {
    for (const { region: to, location: otherLocation } of plans.slice(index + 1)) {
      await wan.set(from, to, { rttMs: roundTripMs(location, otherLocation) });
    }
  }
}
