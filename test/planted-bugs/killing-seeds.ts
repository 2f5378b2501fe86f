// Of planted bugs: the seeds of random worlds that break under them, as `npm run planted-bugs -- --search`
// has found them.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted-bug.ts';

/** The first seed whose world broke under a bug, and is whole without it. */
export interface KillingSeed {
  readonly seed: number;
  /** What was said. */
  readonly complaint: string;
}

interface KeptSeed extends KillingSeed {
  /** Of the simulator that drew the world. */
  readonly commit: string;
  /** Of the edits that were planted: with others the seed says nothing. */
  readonly edits: string;
}

const seedsFile = fileURLToPath(new URL('killing-seeds.json', import.meta.url));

/** By the bug’s name, for bugs that are still planted as they were. */
export function readSeeds(bugs: readonly PlantedBug[]): Map<string, KillingSeed> {
  const kept = readKept();
  return new Map(
    bugs.flatMap((bug) => {
      const seed = kept[bug.name];
      return seed?.edits === hashOf(bug) ? [[bug.name, seed] as const] : [];
    }),
  );
}

export function keepSeed(bug: PlantedBug, { seed, complaint }: KillingSeed, commit: string): void {
  const kept = { ...readKept(), [bug.name]: { seed, complaint, commit, edits: hashOf(bug) } };
  writeFileSync(seedsFile, `${JSON.stringify(kept, undefined, 2)}\n`);
}

const readKept = (): Record<string, KeptSeed> =>
  existsSync(seedsFile) ? (JSON.parse(readFileSync(seedsFile, 'utf8')) as Record<string, KeptSeed>) : {};

const hashOf = ({ edits }: PlantedBug): string =>
  createHash('sha256').update(JSON.stringify(edits)).digest('hex').slice(0, 12);
