// Of planted bugs: the seeds of random worlds that break under them, as `npm run planted-bugs -- --search`
// has found them.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The first seed whose world broke under a bug. */
export interface KillingSeed {
  readonly seed: number;
  /** What was said. */
  readonly complaint: string;
}

export const seedsFile = fileURLToPath(new URL('killing-seeds.json', import.meta.url));

/** By the bug’s name. */
export function readSeeds(): Map<string, KillingSeed> {
  if (!existsSync(seedsFile)) return new Map();
  return new Map(Object.entries(JSON.parse(readFileSync(seedsFile, 'utf8')) as Record<string, KillingSeed>));
}
