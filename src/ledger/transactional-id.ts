// The transactional id under which a generation's producer id is obtained.

/** What the ids of all generations of a set in a region begin with. */
export const transactionalIdPrefix = (set: string, region: string): string => `causeway.${set}.${region}.`;

/** `causeway.<set>.<region>.<generation>`. */
export function transactionalIdOf(set: string, region: string, generation: number): string {
  return `${transactionalIdPrefix(set, region)}${generation}`;
}
