// Which topology is in force, as the ledgers of several regions tell it. Pure.
import { CausewayError, describeError } from '../../base/errors.ts';
import type { DesiredTopology } from '../../ledger/records.ts';
import type { Topology } from '../../topology/topology.ts';
import type { RegionPicture } from '../view/picture.ts';
import { checkTopology } from './topology-file.ts';

export interface AppliedTopology {
  readonly topology: Topology;
  readonly record: DesiredTopology;
}

export interface Newest {
  readonly applied: AppliedTopology | undefined;
  /** With warnings where a region holds something else than the newest. */
  readonly regions: RegionPicture[];
}

/**
 * The topology that was applied last. A region that holds an older one, or one that cannot be read, says so.
 */
export async function newestTopology(pictures: readonly RegionPicture[]): Promise<Newest> {
  let applied: Newest['applied'];
  const unreadable = new Map<string, string>();
  for (const { name, desired } of pictures) {
    if (desired === undefined || desired.appliedAtMs <= (applied?.record.appliedAtMs ?? -1)) continue;
    try {
      const { topology } = await checkTopology(desired.yaml, `the applied topology in ${name}`);
      applied = { topology, record: desired };
    } catch (thrown) {
      if (!(thrown instanceof CausewayError)) throw thrown;
      unreadable.set(name, describeError(thrown));
    }
  }
  const regions = pictures.map((region) => {
    const warning = unreadable.get(region.name) ?? behindWarning(region, applied?.record);
    return warning === undefined ? region : { ...region, warnings: [...region.warnings, warning] };
  });
  return { applied, regions };
}

function behindWarning(region: RegionPicture, newest: DesiredTopology | undefined): string | undefined {
  if (newest === undefined || region.error !== undefined) return undefined;
  if (region.desired?.appliedAtMs === newest.appliedAtMs) return undefined;
  const held = region.desired === undefined ? 'no topology' : 'an older topology than another region';
  return `it holds ${held}; \`causeway apply\` brings all to the same`;
}
