// Looks for a random world that breaks under each planted bug: the simulator has to find by itself what the
// named tests were written for.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { KillingSeed } from './killing-seeds.ts';
import type { PlantedBug } from './planted-bug.ts';
import { copyTree, findMisfits, plant } from './tree-copy.ts';

export interface SearchOptions {
  /** The first seed. */
  readonly from: (bug: PlantedBug) => number;
  readonly worlds: number;
  /** For one bug: then it counts as not found. */
  readonly secondsMax: number;
  readonly onDone: (bug: PlantedBug, found: KillingSeed | undefined, seconds: number) => void;
}

/** Searches at the same time, each in a copy of the tree. */
const atOnce = 2;
/** A world alone takes a second or two. */
const aloneSecondsMax = 300;
/** A name that the edit forgot, as Node tells of it. */
const notDefined = 'is not defined';

export async function searchSeeds(
  root: string,
  bugs: readonly PlantedBug[],
  options: SearchOptions,
): Promise<Map<string, KillingSeed>> {
  const waiting = [...bugs];
  const found = new Map<string, KillingSeed>();
  const work = async (): Promise<void> => {
    using copy = copyTree(root);
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const misfits = findMisfits(copy.root, bug.edits);
      if (misfits.length > 0) throw new Error(`${bug.name}: the code has moved on: ${misfits.join()}`);
      const beganMs = performance.now();
      const killing = await firstKill(copy.root, bug, options);
      if (killing !== undefined) found.set(bug.name, killing);
      options.onDone(bug, killing, (performance.now() - beganMs) / 1_000);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

/** Of a world that is whole without the bug. Throws where the planted code does not run. */
async function firstKill(
  root: string,
  bug: PlantedBug,
  options: SearchOptions,
): Promise<KillingSeed | undefined> {
  const endsAtMs = performance.now() + options.secondsMax * 1_000;
  const secondsLeft = () => (endsAtMs - performance.now()) / 1_000;
  let from = options.from(bug);
  for (let worlds = options.worlds; worlds > 0 && secondsLeft() > 0; ) {
    const killing = await planted(root, bug, () => search(root, from, worlds, secondsLeft()));
    if (killing === undefined) return undefined;
    if (killing.complaint.includes(notDefined)) throw new Error(`${bug.name}: ${killing.complaint}`);
    const withoutIt = await search(root, killing.seed, 1, aloneSecondsMax);
    if (withoutIt === undefined) return killing;
    worlds -= killing.seed + 1 - from;
    from = killing.seed + 1;
  }
  return undefined;
}

async function planted<T>(root: string, bug: PlantedBug, run: () => Promise<T>): Promise<T> {
  using _planted = plant(root, bug.edits);
  return await run();
}

async function search(
  root: string,
  from: number,
  worlds: number,
  secondsMax: number,
): Promise<KillingSeed | undefined> {
  const report = path.join(root, 'search.json');
  rmSync(report, { force: true });
  const range = ['--from', String(from), '--worlds', String(worlds), '--failures', '1'];
  const args = ['test/simulation/simulate.ts', ...range, '--report', report];
  await ended(spawn(process.execPath, args, { cwd: root, stdio: 'ignore', detached: true }), secondsMax);
  if (!existsSync(report)) return undefined;
  const { failures } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly failures: readonly KillingSeed[];
  };
  return failures[0];
}

/**
 * Resolves when the process has ended; one that takes too long, or that nobody awaits any more, is killed.
 */
function ended(child: ReturnType<typeof spawn>, secondsMax: number): Promise<void> {
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const guard = setTimeout(end, secondsMax * 1_000);
  process.once('exit', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(guard);
      process.removeListener('exit', end);
      resolve();
    });
  });
}
