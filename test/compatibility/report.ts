// What is known of a row: one JSON file each, and whether it still holds for the tree as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Range } from './cluster-features.ts';
import type { Row } from './rows.ts';

export interface RowReport {
  readonly row: Row;
  readonly passed: boolean;
  /** With `+` where files that matter differed from it. */
  readonly commit: string;
  readonly date: string;
  readonly seconds: number;
  readonly files: readonly string[];
  readonly tests: { readonly passed: number; readonly skipped: number; readonly failed: readonly string[] };
  /** Calls that the brokers offered, by version of Kafka and name of the call. */
  readonly calls: Readonly<Record<string, Readonly<Record<string, Range>>>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = fileURLToPath(new URL('results/', import.meta.url));

/** What a row runs beside its test files; the rest of the tree may change without making its report old. */
const matters = [
  'src',
  'lab',
  'test/fixtures',
  'test/broker-model',
  'test/compatibility/rolling-upgrade.ts',
  'test/compatibility/cluster-features.ts',
  'package-lock.json',
  ':(exclude)*.test.ts',
];

export function readReport(name: string): RowReport | undefined {
  const file = path.join(folder, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RowReport) : undefined;
}

export const readReports = (): RowReport[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .flatMap((file) => readReport(file.slice(0, -'.json'.length)) ?? [])
    : [];

/** Returns the path of the file. */
export function writeReport(name: string, report: RowReport): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return path.relative(root, file);
}

/** The commit of the tree, with `+` where what a row of these test files runs differs from it. */
export function presentCommit(files: readonly string[]): string {
  try {
    const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' });
    return `${commit.trim()}${isUnchangedSince('HEAD', files) ? '' : '+'}`;
  } catch {
    return '? (no git)';
  }
}

/** Whether the report was written by what the tree holds now. */
export const isCurrent = ({ commit, files }: RowReport): boolean =>
  /^[0-9a-f]+$/.test(commit) && isUnchangedSince(commit, files);

function isUnchangedSince(commit: string, files: readonly string[]): boolean {
  return [matters, files].every((paths) => {
    const { status } = spawnSync('git', ['diff', '--quiet', commit, '--', ...paths], { cwd: root });
    return status === 0;
  });
}
