// The transactional id under which a generation's producer id is obtained.

/** `causeway.<set>.<region>.<generation>`. */
export function transactionalIdOf(set: string, region: string, generation: number): string {
  return `causeway.${set}.${region}.${generation}`;
}
