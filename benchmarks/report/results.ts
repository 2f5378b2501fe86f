// Results as JSON: benchmarks/results/<date>-<scenario>.json.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../results', import.meta.url));

/** Returns the path. A second result of the same day gets a number. */
export function writeResults(scenario: string, at: Date, results: unknown): string {
  mkdirSync(folder, { recursive: true });
  const path = freePath(`${at.toISOString().slice(0, 10)}-${scenario}`);
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return relative(process.cwd(), path);
}

function freePath(name: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(folder, `${name}${number === 1 ? '' : `-${number}`}.json`);
    if (!existsSync(path)) return path;
  }
}
