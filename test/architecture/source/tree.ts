// All files of the repository, read once: what stands in the folders, without what is installed or generated.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SourceFile, sourceFile } from './source-file.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

const skipped = new Set(['node_modules', '.git', '.cache', 'target']);
const binary = /\.(png|jpg|gif|ico|woff2?|gz|zst|lz4|snappy|bin|jar|jsa|class)$/;

/** Paths of all files of the tree, sorted, with forward slashes. */
export function listTree(): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      if (skipped.has(entry.name) || entry.name.endsWith('.log')) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (entry.isFile()) found.push(name);
    }
  };
  walk('');
  return found.sort();
}

/** Whether it is program text that the rules for code hold for. */
export function isCode(name: string): boolean {
  return /\.(ts|mjs)$/.test(name) || name === 'bin/causeway';
}

/** All program text of the tree. */
export function readCode(): SourceFile[] {
  return listTree()
    .filter(isCode)
    .map((name) => sourceFile(name, readText(name)));
}

/** All text of the tree, program or not. */
export function readTexts(): { path: string; text: string }[] {
  return listTree()
    .filter((name) => !binary.test(name))
    .map((name) => ({ path: name, text: readText(name) }));
}

/** One file of the repository as text. */
export function readText(name: string): string {
  return readFileSync(path.join(root, name), 'utf8');
}
