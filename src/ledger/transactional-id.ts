// The transactional ids of a mirror set in a region: of its generations, and of the partitions whose holes
// are filled.

/** What all of them begin with. */
export const transactionalIdPrefix = (set: string, region: string): string => `causeway.${set}.${region}.`;

/** `causeway.<set>.<region>.<generation>`. */
export function transactionalIdOf(set: string, region: string, generation: number): string {
  return `${transactionalIdPrefix(set, region)}${generation}`;
}

/**
 * `causeway.<set>.<region>.<topic>.<partition>`: the guard of one partition. No generation's number holds a
 * dot, so that no topic's name can make one of these a generation's id.
 */
export function guardIdOf(set: string, region: string, topic: string, partition: number): string {
  return `${transactionalIdPrefix(set, region)}${topic}.${partition}`;
}
