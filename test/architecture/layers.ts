// The layer rules: the import table of ARCHITECTURE.md, no cycles, no barrels. Rules return findings; tests
// show them.
import path from 'node:path';
import { findCycles } from './source/cycles.ts';
import type { Import } from './source/imports.ts';
import { type Finding, isForTests, type SourceFile } from './source/source-file.ts';

/** Folder → folders that it may import; `everything` stands for no limit. */
export type ImportTable = ReadonlyMap<string, ReadonlySet<string>>;

const everything = 'everything';
const ofTests = ['lab', 'test'];

/**
 * Reads the rows `| folder | may import |` below the heading "Who may import whom". Throws on a table it
 * cannot read.
 */
export function readImportTable(architecture: string): ImportTable {
  const section = architecture.split(/^## /m).find((part) => part.startsWith('Who may import whom'));
  if (section === undefined) throw new Error('ARCHITECTURE.md has no section "Who may import whom"');
  const table = new Map<string, Set<string>>();
  for (const row of section.matchAll(/^\| `([^`]+)` \|(.*)\|\s*$/gm)) {
    const names = [...(row[2] as string).matchAll(/`([^`]+)`/g)].map((name) => name[1] as string);
    if (table.has(row[1] as string)) throw new Error(`ARCHITECTURE.md names ${row[1]} twice`);
    table.set(row[1] as string, new Set(/\beverything\b/.test(row[2] as string) ? [everything] : names));
  }
  if (table.size === 0) throw new Error('ARCHITECTURE.md has no import table');
  for (const [folder, names] of table) {
    for (const name of names) {
      if (name !== everything && !table.has(name))
        throw new Error(`${folder} may import ${name}, which has no row`);
    }
  }
  return table;
}

/** The row of the table that a file belongs to: the longest one that is a folder of its path. */
export function rowOf(table: ImportTable, file: string): string | undefined {
  let found: string | undefined;
  for (const folder of table.keys()) {
    if (file.startsWith(`${folder}/`) && folder.length > (found?.length ?? 0)) found = folder;
  }
  return found;
}

/**
 * Imports that the table does not allow, files in no row, and programs that import what is made for tests.
 */
export function checkLayers(
  table: ImportTable,
  files: readonly string[],
  imports: readonly Import[],
): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    if (rowOf(table, file) !== undefined || !file.includes('/') || file.startsWith('bin/')) continue;
    findings.push({
      path: file,
      line: 1,
      message: 'its folder has no row in the import table of ARCHITECTURE.md',
    });
  }
  for (const { from, target, line } of imports) {
    if (target === undefined || from.startsWith('bin/')) continue;
    if (isForTests(target) && !isForTests(from) && !from.startsWith('benchmarks/')) {
      findings.push({ path: from, line, message: `imports ${target}, which is for tests only` });
    }
    const own = rowOf(table, from);
    const other = rowOf(table, target);
    if (own === undefined || own === other) continue;
    const allowed = table.get(own) as ReadonlySet<string>;
    if (allowed.has(everything) || (other !== undefined && allowed.has(other))) continue;
    if (isForTests(from) && other !== undefined && ofTests.includes(other)) continue;
    const rest = [...allowed].join(', ') || 'nothing';
    findings.push({
      path: from,
      line,
      message: `imports ${target}; ${own} may import ${rest}. Move what both need down`,
    });
  }
  return findings;
}

/** Cycles by file, types included. */
export function checkFileCycles(imports: readonly Import[]): Finding[] {
  const graph = new Map<string, Set<string>>();
  for (const { from, target } of imports) if (target !== undefined) edge(graph, from, target);
  return findCycles(graph).map((cycle) => cycleFinding(cycle, 'files'));
}

/**
 * Cycles by folder, at every depth. A folder and its own subfolders are one thing here; tests are left out,
 * since a test stands beside the code and looks at all of it.
 */
export function checkFolderCycles(imports: readonly Import[]): Finding[] {
  const graph = new Map<string, Set<string>>();
  for (const { from, target } of imports) {
    if (target === undefined || isForTests(from)) continue;
    const [here, there] = [path.posix.dirname(from), path.posix.dirname(target)];
    const related = here === there || here.startsWith(`${there}/`) || there.startsWith(`${here}/`);
    if (!related) edge(graph, here, there);
  }
  return findCycles(graph).map((cycle) => cycleFinding(cycle, 'folders'));
}

/** Files that only pass on what others declare, `export *` anywhere, and files named index. */
export function checkBarrels(files: readonly SourceFile[], imports: readonly Import[]): Finding[] {
  const findings: Finding[] = [];
  const reExporting = new Set(imports.filter(({ reExports }) => reExports).map(({ from }) => from));
  for (const file of files) {
    const say = (message: string) => findings.push({ path: file.path, line: 1, message });
    if (/(^|\/)index\.(ts|mjs)$/.test(file.path)) say('is named index: name it after what it holds');
    if (/^\s*export\s*\*/m.test(file.code)) say('has `export *`: import from the file that declares it');
    else if (reExporting.has(file.path)) say('exports what another file declares: import it from there');
  }
  return findings;
}

function edge(graph: Map<string, Set<string>>, from: string, to: string): void {
  const known = graph.get(from) ?? new Set();
  graph.set(from, known.add(to));
}

function cycleFinding(cycle: readonly string[], what: string): Finding {
  return {
    path: cycle[0] as string,
    line: 1,
    message: `${what} import each other in a circle: ${cycle.join(', ')}`,
  };
}
