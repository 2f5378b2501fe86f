// Whether the mirrors of a set are read-only for others, asked of each target now. What cannot be known is
// unknown.
import { CausewayError } from '../../base/errors.ts';
import type { RegionAdmins } from '../../server/region-admins.ts';
import { type Protection, protectionOf } from '../../permissions/write-protection.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { findRegion, type Picture } from '../view/picture.ts';
import { openAdmins } from './open-admins.ts';
import type { Regions } from './regions.ts';

/** By target. Never rejects because of one of them. */
export async function askProtections(
  regions: Regions,
  picture: Picture,
  spec: MirrorSetSpec,
): Promise<ReadonlyMap<string, Protection>> {
  const admins = openAdmins(regions);
  try {
    const asked = spec.to.map(async (target): Promise<[string, Protection]> => {
      return [target, await protectionAt(regions, admins, picture, spec.name, target)];
    });
    return new Map(await Promise.all(asked));
  } finally {
    await admins.close();
  }
}

async function protectionAt(
  regions: Regions,
  admins: RegionAdmins,
  picture: Picture,
  set: string,
  target: string,
): Promise<Protection> {
  const region = findRegion(picture, target);
  if (region === undefined || region.error !== undefined) {
    return { state: 'unknown', why: `${target} cannot be read` };
  }
  const mirrored = region.topics.filter((topic) => topic.set === set && topic.state === 'mirrored');
  const topics = mirrored.map(({ topic }) => topic);
  try {
    const rules = await admins.adminOf(target).topicRules();
    return protectionOf(topics, rules, regions.clusterOf(target).account?.principal);
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error;
    return { state: 'unknown', why: error.message };
  }
}
