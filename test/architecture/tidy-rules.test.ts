// Proves on made-up files that each rule of tidy.ts and homes.ts can fail, and does not fail where it should
// not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { banned, checkHomes } from './homes.ts';
import { type Finding, sourceFile, type SourceFile } from './source/source-file.ts';
import * as tidy from './tidy.ts';

type Rule = (file: SourceFile) => Finding[];

interface Case {
  readonly rule: Rule;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  sizes: {
    rule: tidy.checkSizes,
    bad: ['x'.repeat(tidy.lineColumnsMax + 1), '\n'.repeat(tidy.fileLinesMax + 1)],
    good: ['x'.repeat(tidy.lineColumnsMax), '\n'.repeat(tidy.fileLinesMax)],
  },
  header: {
    rule: tidy.checkHeader,
    bad: ['', 'const a = 1;', '/** Says something. */', '\n// Too late.', '// 1\n// 2\n// 3\n// 4\n// 5\n'],
    good: ['// One line.\nconst a = 1;', '#!/usr/bin/env node\n// Two\n// lines.\n'],
  },
  leftovers: {
    rule: tidy.checkLeftovers,
    bad: [
      '// TODO later',
      '/* FIXME */',
      'a(); // XXX',
      '// @ts-ignore',
      '// oxlint-disable-next-line no-empty',
    ],
    good: [
      'const a = "TODO";',
      '// oxlint-disable-next-line no-empty -- the fixture needs it',
      '// Todos os dias',
    ],
  },
  habits: {
    rule: tidy.checkHabits,
    bad: [
      'try { a(); } catch {}',
      'try { a(); } catch (error) { /* never mind */ }',
      'await a().catch(() => {});',
      'await a().catch(() => undefined);',
      `test.only('a', b);`,
      `test('a', { only: true }, b);`,
      `test.skip('a', b);`,
      `test('a', { skip: true }, b);`,
      't.skip();',
      'const timeout = 5;',
      'interface A { timeout?: number }',
      'enum Colour { Red }',
    ],
    good: [
      'try { a(); } catch (error) { log(error); }',
      'await a().catch((error) => log(error));',
      `test('a', { skip: 'needs Java' }, b);`,
      't.skip("needs Java");',
      'const timeoutMs = 5;',
      '// catch {} and test.only in a comment',
    ],
  },
  words: {
    rule: tidy.checkWords,
    bad: ['const upstreamOffset = 1;', '// the downstream cluster', 'const dstTopic = 1;'],
    good: ['const sourceOffset = 1;', '// the target', `import a from '../src/a.ts';`],
  },
  merges: {
    rule: tidy.checkMerges,
    bad: [`text\n${'<'.repeat(7)} HEAD\nmore`, `${'>'.repeat(7)} other`],
    good: ['a <<<<<<< b', 'Title\n=======\n'],
  },
  places: {
    rule: tidy.checkPlaces,
    bad: [
      'see /home/someone/causeway',
      `const a = '/tmp/kafka';`,
      '"resolved": "https://example.org/a.tgz"',
      'https://registry.npmjs.org/pino',
    ],
    good: ['https://example.org/home/page', 'lab/mnt/plan', 'tmp/a'],
  },
};

for (const [name, { rule, bad, good }] of Object.entries(cases)) {
  for (const text of bad) {
    test(`tidy ${name}: finds ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.equal(rule(sourceFile('src/a.ts', text)).length, 1);
    });
  }
  for (const text of good) {
    test(`tidy ${name}: lets pass ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.deepEqual(rule(sourceFile('src/a.ts', text)), []);
    });
  }
}

test('names: vague and odd ones are found', () => {
  for (const path of [
    'src/utils/a.ts',
    'src/topic-manager.ts',
    'src/common.ts',
    'lab/fooBar.ts',
    'src/a_b.ts',
  ]) {
    assert.equal(tidy.checkNames(path).length, 1, path);
  }
  for (const path of [
    'src/a/topic-list.broker.test.ts',
    'scripts/setup.mjs',
    'bin/causeway',
    '.ci/run.mjs',
  ]) {
    assert.deepEqual(tidy.checkNames(path), [], path);
  }
});

test('file map: a folder that it does not name is found', () => {
  const architecture = '# A\n\n## File map\n\n| `src/a/` | this |\n\n## Other\n\n`src/b/`\n';
  assert.equal(tidy.checkFileMap(architecture, ['src/a', 'src/b']).length, 1);
  assert.equal(tidy.checkFileMap('# nothing', ['src/a']).length, 1);
});

const uses: readonly (readonly [string, string])[] = [
  ['Date.now()', 'const a = Date.now();'],
  ['Date.now()', 'const a = new Date();'],
  ['performance.now()', 'performance.now();'],
  ['a timer', 'setTimeout(() => a(), 1);'],
  ['a timer', `import { setTimeout } from 'node:timers/promises';`],
  ['randomness', 'Math.random()'],
  ['randomness', 'randomBytes(4)'],
  ['environment or arguments', 'process.env.HOME'],
  ['environment or arguments', `process.argv[2]`],
  ['process.exit()', 'process.exit(1)'],
  ['a signal handler', `process.once('SIGTERM', a)`],
  ['a socket', `import { connect } from 'node:net';`],
  ['a socket', `const tls = await import('tls');`],
  ['an HTTP server or client', `import http from 'node:http';`],
  ['an HTTP server or client', 'const page = await fetch(url);'],
  ['a child process', `import { spawn } from 'node:child_process';`],
  ['console', 'console.log(1)'],
];

for (const [what, text] of uses) {
  test(`homes: ${what} is found in ${text}`, () => {
    const findings = checkHomes(sourceFile('src/topology/a.ts', text));
    assert.equal(findings.length, 1);
    assert.ok(findings[0]?.message.includes(`uses ${what} outside`), findings[0]?.message);
  });
}

test('homes: every row of the table has a case above', () => {
  const proven = new Set(uses.map(([what]) => what));
  assert.deepEqual(
    banned.filter(({ what }) => !proven.has(what)),
    [],
  );
});

test('homes: at home, in texts and in programs around the product, it is allowed', () => {
  const fine: readonly (readonly [string, string])[] = [
    ['src/base/clock.ts', 'Date.now()'],
    ['src/kafka/client/connection.ts', `import net from 'node:net';`],
    ['src/cli/main.ts', 'process.env.HOME'],
    ['lab/broker.ts', 'setTimeout(a, 1); Math.random();'],
    ['src/topology/a.ts', `const a = 'Date.now()'; // Date.now()`],
    ['src/topology/a.ts', `const protocols = ['net', 'tls']; clock.setTimeout(1);`],
    [
      'src/topology/a.ts',
      'class A {\n  async fetch(at: bigint) {}\n  fetch(at: bigint): void;\n  #fetch() {}\n}',
    ],
    ['src/topology/a.test.ts', 'setTimeout(a, 1)'],
  ];
  for (const [path, text] of fine)
    assert.deepEqual(checkHomes(sourceFile(path, text)), [], `${path}: ${text}`);
  assert.equal(checkHomes(sourceFile('test/simulation/a.test.ts', 'setTimeout(a, 1)')).length, 1);
  assert.deepEqual(checkHomes(sourceFile('test/broker-model/a.broker.test.ts', 'setTimeout(a, 1)')), []);
});
