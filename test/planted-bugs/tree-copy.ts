// A copy of the working tree in a temporary folder, in which bugs may be planted. Installed packages and
// caches are linked, not copied.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Edit } from './planted-bug.ts';

export interface TreeCopy extends Disposable {
  readonly root: string;
}

const linked = ['node_modules', '.cache'];
const skipped = new Set([...linked, '.git', 'docs', 'results']);

export function copyTree(root: string): TreeCopy {
  const copy = mkdtempSync(path.join(tmpdir(), 'causeway-planted-'));
  for (const name of readdirSync(root)) {
    if (skipped.has(name) || name.endsWith('.log')) continue;
    cpSync(path.join(root, name), path.join(copy, name), {
      recursive: true,
      filter: (from) => !skipped.has(path.basename(from)),
    });
  }
  for (const name of linked) {
    if (existsSync(path.join(root, name))) symlinkSync(path.join(root, name), path.join(copy, name));
  }
  return { root: copy, [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }) };
}

/** Changes that do not fit the code as it is now, with what is wrong. */
export function findMisfits(root: string, edits: readonly Edit[]): string[] {
  return edits.flatMap(({ file, search }) => {
    const times = readFileSync(path.join(root, file), 'utf8').split(search).length - 1;
    return times === 1 ? [] : [`${file} holds ${times} times, not once: ${search}`];
  });
}

/** Makes the changes, which fit. The result undoes them. */
export function plant(root: string, edits: readonly Edit[]): Disposable {
  const before = new Map<string, string>();
  for (const { file, search, replace } of edits) {
    const full = path.join(root, file);
    const text = readFileSync(full, 'utf8');
    if (!before.has(full)) before.set(full, text);
    writeFileSync(
      full,
      text.replace(search, () => replace),
    );
  }
  const undo = () => {
    for (const [file, text] of before) writeFileSync(file, text);
  };
  return { [Symbol.dispose]: undo };
}
