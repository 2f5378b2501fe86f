// The whole plan of a causeway.yaml: what differs from the applied topology, and what the controllers would
// then do.
import { CausewayError } from '../../base/errors.ts';
import type { RegionAdmins } from '../../server/region-admins.ts';
import { diffTopologies } from '../../topology/diff.ts';
import type { Invocation } from '../invocation.ts';
import type { Plan, PlanOfRegion } from '../view/plan-text.ts';
import { openAdmins } from './open-admins.ts';
import { planTarget } from './region-plan.ts';
import type { ReadRegion } from './region-reading.ts';
import type { ReadForApply, Regions } from './regions.ts';

/** Never rejects because of one region: what cannot be known of it is its error in the plan. */
export async function makePlan(
  invocation: Invocation,
  regions: Regions,
  { wanted, dropped, applied }: ReadForApply,
): Promise<Plan> {
  const { topology, path, warnings } = regions.file;
  const changes = diffTopologies(applied?.topology, topology);
  const admins = openAdmins(regions);
  try {
    const read = [...wanted, ...dropped];
    const planned = await Promise.all(read.map((each) => planOfRegion(invocation, regions, admins, each)));
    return { path, warnings, applied: applied?.record, changes, regions: planned };
  } finally {
    await admins.close();
  }
}

async function planOfRegion(
  invocation: Invocation,
  regions: Regions,
  admins: RegionAdmins,
  { picture }: ReadRegion,
): Promise<PlanOfRegion> {
  const { name: region, error, hasLedger } = picture;
  const nothing = { region, createsLedger: false, actions: [], refusals: [], unknown: [] };
  if (error !== undefined) return { ...nothing, error };
  try {
    const planned = await planTarget(invocation, regions, admins, picture);
    return { region, error: undefined, createsLedger: !hasLedger, ...planned };
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return { ...nothing, createsLedger: !hasLedger, error: { code: thrown.code, message: thrown.message } };
  }
}
