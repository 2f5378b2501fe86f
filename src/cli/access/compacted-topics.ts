// On which topics of a mirror set a cleaner runs, asked of both sides.
import type { CausewayError } from '../../base/errors.ts';
import { isCompacted } from '../../kafka/admin/cleanup-policy.ts';
import { openAdmins } from './open-admins.ts';
import type { Regions } from './regions.ts';

export interface CompactedTopics {
  /** `compact` is in the cleanup policy of either side. */
  readonly compacted: ReadonlySet<string>;
  /** Topics whose settings may not be read, each with CW-3010. */
  readonly refused: ReadonlyMap<string, CausewayError>;
}

/** Topics that both regions have. Throws CW-3008, CW-3009. */
export async function askCompactedTopics(
  regions: Regions,
  names: readonly string[],
  topics: readonly string[],
): Promise<CompactedTopics> {
  if (topics.length === 0) return { compacted: new Set(), refused: new Map() };
  const admins = openAdmins(regions);
  try {
    const looks = await Promise.all(names.map((name) => admins.adminOf(name).lookAtSettings(topics)));
    return {
      compacted: new Set(topics.filter((topic) => isCompacted(looks, topic) === true)),
      refused: new Map(looks.flatMap(({ refused }) => [...refused])),
    };
  } finally {
    await admins.close();
  }
}
