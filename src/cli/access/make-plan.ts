// The whole plan of a causeway.yaml: what differs from the applied topology, and what the controllers would
// then do.
import { CausewayError } from '../../base/errors.ts';
import { diffTopologies } from '../../topology/diff.ts';
import type { Invocation } from '../invocation.ts';
import type { Plan, PlanOfRegion } from '../view/plan-text.ts';
import { planTarget } from './region-plan.ts';
import type { ReadRegion } from './region-reading.ts';
import { newestTopology, type Regions } from './regions.ts';

/** Never rejects because of one region: what cannot be known of it is its error in the plan. */
export async function makePlan(
  invocation: Invocation,
  regions: Regions,
  read: readonly ReadRegion[],
): Promise<Plan> {
  const { topology, path, warnings } = regions.file;
  const { applied } = await newestTopology(read.map(({ picture }) => picture));
  const planned = await Promise.all(read.map((region) => planRegion(invocation, regions, region)));
  return {
    path,
    warnings,
    applied: applied?.record,
    changes: diffTopologies(applied?.topology, topology),
    regions: planned,
  };
}

async function planRegion(
  invocation: Invocation,
  regions: Regions,
  { picture }: ReadRegion,
): Promise<PlanOfRegion> {
  const { name, error, hasLedger } = picture;
  const nothing = { region: name, createsLedger: false, actions: [], refusals: [] };
  if (error !== undefined) return { ...nothing, error };
  try {
    const { actions, refusals } = await planTarget(invocation, regions, regions.file.topology, name);
    return { region: name, error: undefined, createsLedger: !hasLedger, actions, refusals };
  } catch (thrown) {
    if (!(thrown instanceof CausewayError)) throw thrown;
    return { ...nothing, createsLedger: !hasLedger, error: { code: thrown.code, message: thrown.message } };
  }
}
