// Holds the tree to the import table of ARCHITECTURE.md, and proves on made-up files that each rule can fail.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkBarrels, checkFileCycles, checkFolderCycles, checkLayers, readImportTable } from './layers.ts';
import { importsOf } from './source/imports.ts';
import { type Finding, findingsText, sourceFile } from './source/source-file.ts';
import { readCode, readText } from './source/tree.ts';

const files = readCode();
const imports = files.flatMap(importsOf);
const table = readImportTable(readText('ARCHITECTURE.md'));

test('every import is allowed by the table in ARCHITECTURE.md', () => {
  const paths = files.map(({ path }) => path);
  assert.ok(imports.length > paths.length / 2, 'almost no imports were found: the reading of them is broken');
  assert.equal(findingsText(checkLayers(table, paths, imports)), '');
});

test('no file and no folder imports itself in a circle', () => {
  assert.equal(findingsText([...checkFileCycles(imports), ...checkFolderCycles(imports)]), '');
});

test('no barrels', () => {
  assert.equal(findingsText(checkBarrels(files, imports)), '');
});

test('every relative import names an existing file', () => {
  const known = new Set(files.map(({ path }) => path));
  const missing = imports.filter(
    ({ target }) => target !== undefined && !known.has(target) && /\.(ts|mjs)$/.test(target),
  );
  assert.deepEqual(
    missing.map(({ from, specifier }) => `${from}: ${specifier}`),
    [],
  );
});

// From here on: that the rules can fail.

const smallTable = readImportTable(
  [
    '## Who may import whom',
    '| folder | may import |',
    '|---|---|',
    '| `src/base` | |',
    '| `src/top` | `src/base` |',
  ]
    .concat('| `src/top/low` | |', '| `lab` | |', '| `test` | everything |', '')
    .join('\n'),
);

function layersOf(sources: Record<string, string>): Finding[] {
  const made = Object.entries(sources).map(([path, text]) => sourceFile(path, text));
  return checkLayers(smallTable, Object.keys(sources), made.flatMap(importsOf));
}

const forbidden: readonly (readonly [string, string, string])[] = [
  ['a static import', 'src/base/a.ts', `import { b } from '../top/b.ts';`],
  ['an import over several lines', 'src/base/a.ts', `import {\n  b,\n  type C,\n} from '../top/b.ts';`],
  ['a type import', 'src/base/a.ts', `import type { B } from '../top/b.ts';`],
  ['an import for its effect', 'src/base/a.ts', `import '../top/b.ts';`],
  ['a default import with others', 'src/base/a.ts', `import b, { type C } from '../top/b.ts';`],
  ['a namespace import', 'src/base/a.ts', `import * as b from '../top/b.ts';`],
  ['a dynamic import', 'src/base/a.ts', `const b = await import('../top/b.ts');`],
  ['an import in a type', 'src/base/a.ts', `let b: import("../top/b.ts").B;`],
  ['an export from elsewhere', 'src/base/a.ts', `export { b } from '../top/b.ts';`],
  ['an export of everything', 'src/base/a.ts', `export * from '../top/b.ts';`],
  ['a program named by URL', 'src/base/a.ts', `const b = new URL('../top/b.ts', import.meta.url);`],
  ['a folder from its own subfolder', 'src/top/low/a.ts', `import { b } from '../b.ts';`],
  ['a folder without a row', 'src/other/a.ts', ''],
  ['a program that uses what is for tests', 'src/base/a.ts', `import { b } from './b-for-tests.ts';`],
  ['a test that looks upwards', 'src/base/a.test.ts', `import { b } from '../top/b.ts';`],
];

for (const [what, path, text] of forbidden) {
  test(`layers: ${what} is found`, () => assert.equal(layersOf({ [path]: text }).length, 1));
}

const permitted: readonly (readonly [string, string, string])[] = [
  ['what the table allows', 'src/top/a.ts', `import { b } from '../base/b.ts';`],
  ['its own folder', 'src/base/a.ts', `import { b } from './b.ts';`],
  ['packages', 'src/base/a.ts', `import pino from 'pino'; import { x } from 'node:fs';`],
  [
    'imports in comments and texts',
    'src/base/a.ts',
    `// import '../top/b.ts'\nconst a = "import '../top/b.ts'";`,
  ],
  ['tests may use the lab', 'src/base/a.test.ts', `import { lab } from '../../lab/lab.ts';`],
];

for (const [what, path, text] of permitted) {
  test(`layers: ${what}`, () => assert.equal(findingsText(layersOf({ [path]: text })), ''));
}

test('cycles are found by file and by folder, types included', () => {
  const made = [
    sourceFile('src/a/one.ts', `import type { Two } from '../b/two.ts';`),
    sourceFile('src/b/two.ts', `import './three.ts';`),
    sourceFile('src/b/three.ts', `import { four } from '../c/four.ts';`),
    sourceFile('src/c/four.ts', `import { one } from '../a/one.ts';`),
  ].flatMap(importsOf);
  assert.match(
    findingsText(checkFileCycles(made)),
    /one\.ts, src\/b\/three\.ts, src\/b\/two\.ts, src\/c\/four\.ts/,
  );
  assert.match(findingsText(checkFolderCycles(made)), /src\/a, src\/b, src\/c/);
  assert.deepEqual(checkFileCycles(made.slice(0, 3)), []);
  assert.deepEqual(checkFolderCycles(made.slice(0, 3)), []);
});

test('folders in a circle are found where no file is', () => {
  const made = [
    sourceFile('src/a/one.ts', `import '../b/two.ts';`),
    sourceFile('src/b/three.ts', `import '../a/four.ts';`),
  ].flatMap(importsOf);
  assert.deepEqual(checkFileCycles(made), []);
  assert.equal(checkFolderCycles(made).length, 1);
});

test('barrels are found', () => {
  const bad = [
    sourceFile('src/a/index.ts', 'export const a = 1;'),
    sourceFile('src/a/all.ts', `export * from './one.ts';`),
    sourceFile('src/a/some.ts', `export type { One } from './one.ts';\nexport const two = 2;`),
  ];
  for (const file of bad) assert.equal(checkBarrels([file], importsOf(file)).length, 1, file.path);
  const good = sourceFile('src/a/one.ts', `import { b } from './b.ts';\nexport { c };\nconst c = b;`);
  assert.deepEqual(checkBarrels([good], importsOf(good)), []);
});

test('an import table that cannot be read is an error', () => {
  assert.throws(() => readImportTable('# nothing'), /no section/);
  assert.throws(() => readImportTable('## Who may import whom\ntext'), /no import table/);
  assert.throws(() => readImportTable('## Who may import whom\n| `a` | `b` |\n'), /b, which has no row/);
});
