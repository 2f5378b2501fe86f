// All test files of the tree, found by walking it.
import { readdirSync } from 'node:fs';
import path from 'node:path';

const roots = ['src', 'lab', 'test', 'benchmarks', 'scripts', 'bin'];
const skipped = new Set(['node_modules', '.git', '.cache']);

/** Paths of every `*.test.ts` from `root`, sorted, with forward slashes. */
export function findTests(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name) && entry.name !== 'fixtures') walk(name);
      } else if (entry.name.endsWith('.test.ts')) found.push(name);
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of roots) if (present.has(folder)) walk(folder);
  return found.sort();
}
