// Regions that an option names, found in the topology.
import { CausewayError } from '../../base/errors.ts';
import type { RegionSpec, Topology } from '../../topology/topology.ts';

/** Throws CW-6006. */
export function mustBeRegion(topology: Topology, given: string): RegionSpec {
  const region = topology.regions.get(given);
  if (region !== undefined) return region;
  const known = [...topology.regions.keys()].join(', ');
  throw new CausewayError('CW-6006', `there is no region "${given}" in the topology; it has ${known}`, {
    given,
  });
}
