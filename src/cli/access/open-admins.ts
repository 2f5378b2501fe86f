// Administration of the regions' clusters. Only commands that need it load the Kafka library, through this
// file.
import { RegionAdmins } from '../../server/region-admins.ts';
import { clientId } from '../version.ts';
import type { Regions } from './regions.ts';

export function openAdmins(regions: Regions): RegionAdmins {
  return new RegionAdmins(clientId, regions);
}
