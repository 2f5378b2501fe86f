// What the controller of a region would do for a topology.
import type { Topology } from '../../topology/topology.ts';
import type { Invocation } from '../invocation.ts';
import type { PlannedAction, PlannedRefusal } from '../view/plan-text.ts';
import type { Regions } from './regions.ts';

export function planTarget(
  _invocation: Invocation,
  _regions: Regions,
  _topology: Topology,
  _region: string,
): Promise<{ readonly actions: readonly PlannedAction[]; readonly refusals: readonly PlannedRefusal[] }> {
  return Promise.resolve({ actions: [], refusals: [] });
}
