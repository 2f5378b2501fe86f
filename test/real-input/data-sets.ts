// The public data sets that lie beside the repository, and made rows of the same shapes for where they do
// not.
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryFolder } from '../../lab/folders.ts';
import type { Random } from '../../src/base/random.ts';

/** Their sources and licences are told there. */
export const dataFolder = path.join(repositoryFolder, '..', 'shared', 'data');

/** Paths of the data sets; none where the folder is absent. */
export function findDataSets(): string[] {
  if (!existsSync(dataFolder)) return [];
  const names = readdirSync(dataFolder).filter((name) => name.endsWith('.csv'));
  return names.sort().map((name) => path.join(dataFolder, name));
}

/** Set to `full`, every row is taken in place of the first few thousand of each file; that takes minutes. */
const amountName = 'CAUSEWAY_REAL_INPUT';
const rowsMax = 3_000;

/** The files themselves, or files of their first rows in `folder`. */
export async function chooseRows(folder: string, files: readonly string[]): Promise<string[]> {
  if (process.env[amountName] === 'full') return [...files];
  return Promise.all(
    files.map(async (file) => {
      const rows = (await readFile(file, 'utf8')).split('\n').slice(0, rowsMax);
      const chosen = path.join(folder, path.basename(file));
      await writeFile(chosen, rows.join('\n'));
      return chosen;
    }),
  );
}

/**
 * Rows like those of the data sets: short ones of a time and a count, and long ones of hundreds of numbers.
 */
export async function writeMadeRows(folder: string, random: Random): Promise<string[]> {
  const short = ['timestamp,value'];
  for (let row = 0; row < 3_000; row += 1) short.push(`2026-01-01 00:${row},${random.int(30_000)}`);
  const long = Array.from({ length: 60 }, (_, series) => {
    let value = 100 + random.int(4_000);
    const numbers = Array.from({ length: 960 }, () => {
      value = Math.max(0, value + random.int(201) - 100);
      return `"${value}"`;
    });
    return [`"H${series}"`, ...numbers.slice(0, 700 + random.int(260))].join(',');
  });
  const files = [path.join(folder, 'made-short.csv'), path.join(folder, 'made-long.csv')];
  await writeFile(files[0] as string, short.join('\n'));
  await writeFile(files[1] as string, long.join('\n'));
  return files;
}
