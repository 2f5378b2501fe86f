// Randomness that belongs to a name: it stays what it is, whatever else is drawn before.
import { type Random, seededRandom } from '../../src/base/random.ts';

export const namedRandom = (seed: number, name: string): Random => seededRandom(hashOf(`${seed} ${name}`));

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
