// How much the running comparison may read of a link's two sides.
import type { LinkSpec } from '../../topology/topology.ts';

/** Low: about half of it crosses the link, and is paid for there. */
export const verifyBytesPerSecondDefault = 1_000_000;
/** Of the limit of a link, unless the link says how much. */
const partOfLimit = 0.1;

/** Both sides and all workers together; 0: none. */
export function verifyBytesPerSecond(link: LinkSpec | undefined): number {
  const { verifyBytesPerSecond: said, limitBytesPerSecond } = link ?? {};
  if (said !== undefined) return said;
  if (limitBytesPerSecond === undefined) return verifyBytesPerSecondDefault;
  return Math.min(verifyBytesPerSecondDefault, limitBytesPerSecond * partOfLimit);
}
