// Plants bugs one by one in copies of the tree, and sees whether their tests turn red.
import type { Catch, PlantedBug } from './planted-bug.ts';
import { runNamedTest } from './run-test.ts';
import { copyTree, findMisfits, plant } from './tree-copy.ts';

export interface CheckOptions {
  /** `first`: one test for each bug. `all`: every test, each of them also without a bug. */
  readonly depth: 'first' | 'all';
  readonly onDone?: (bug: PlantedBug, problems: readonly string[]) => void;
}

/** Copies at work at the same time; a test file is a process. */
const copiesAtOnce = 2;

/** What went wrong; nothing if every bug is caught. */
export async function checkBugs(
  root: string,
  bugs: readonly PlantedBug[],
  { depth, onDone }: CheckOptions,
): Promise<string[]> {
  const waiting = [...bugs];
  const problems: string[] = [];
  const work = async (): Promise<void> => {
    using copy = copyTree(root);
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const found = await checkBug(copy.root, bug, depth);
      onDone?.(bug, found);
      problems.push(...found);
    }
  };
  await Promise.all(Array.from({ length: copiesAtOnce }, work));
  return problems;
}

async function checkBug(
  root: string,
  { name, edits, caughtBy }: PlantedBug,
  depth: CheckOptions['depth'],
): Promise<string[]> {
  const catches = depth === 'first' ? caughtBy.slice(0, 1) : caughtBy;
  const misfits = findMisfits(root, edits);
  if (misfits.length > 0) return misfits.map((misfit) => `${name}: the code has moved on: ${misfit}`);
  const problems = depth === 'all' ? await checkUnplanted(root, catches) : [];
  using _planted = plant(root, edits);
  for (const { file, test } of catches) {
    const verdict = await runNamedTest(root, file, test);
    if (verdict === 'passed') problems.push(`${name}: not caught by "${test}" in ${file}`);
    if (verdict === 'missing') problems.push(`${name}: "${test}" in ${file} did not run to its end`);
  }
  return problems;
}

/** Each of the tests must be green as long as nothing is planted; else a red one would prove nothing. */
async function checkUnplanted(root: string, catches: readonly Catch[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { file, test } of catches) {
    const verdict = await runNamedTest(root, file, test);
    if (verdict !== 'passed') problems.push(`without a bug, "${test}" in ${file}: ${verdict}`);
  }
  return problems;
}
