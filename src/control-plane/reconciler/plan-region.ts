// The plan for one target, made without a controller: what `causeway plan` shows.
import { CausewayError } from '../../base/errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Topology } from '../../topology/topology.ts';
import { lookAtLedger } from './ledger-view.ts';
import { type Eyes, observe } from './observe.ts';
import { type Plan, plan } from './plan.ts';

export interface RegionPlan extends Plan {
  readonly region: string;
}

/**
 * Plans what `topology` would do in `region`. Throws as `lookAtLedger` does, but a missing ledger counts as
 * empty.
 */
export async function planRegion(
  eyes: Eyes,
  reader: LedgerReader,
  region: string,
  topology: Topology,
): Promise<RegionPlan> {
  const { generations, pauses, decided } = await lookAtLedger(reader, region).catch((error: unknown) => {
    if (error instanceof CausewayError && error.code === 'CW-4001')
      return { generations: new Map(), pauses: [], decided: [] };
    throw error;
  });
  const looking = { ...eyes, wantsSizes: true };
  const observation = await observe(looking, { region, topology, generations, pauses, decided });
  return { region, ...plan(observation) };
}
