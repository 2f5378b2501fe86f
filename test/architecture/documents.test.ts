// The documents tell the truth where it can be checked: commands parse, files exist, examples are valid.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { errorCatalog } from '../../src/base/error-catalog.ts';
import { type Command, CommanderError } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { metricCatalog } from '../../src/telemetry/metric-catalog.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { formatProblems } from '../../src/topology/problem.ts';
import { readOptions } from '../../scripts/test-runner/options.ts';
import {
  blocksOf,
  codesIn,
  commandsIn,
  documents,
  linksIn,
  metricsIn,
  pathsIn,
  type Said,
} from './documents.ts';
import { listTree, readText, root } from './source/tree.ts';

const all = documents();
const scripts = (JSON.parse(readText('package.json')) as { scripts: Record<string, string> }).scripts;

/** npm's own words that need no entry in package.json. */
const npmOwn = new Set(['start', 'test', 'ci', 'install']);

const shown = (said: readonly Said[]) => said.map(({ path: at, line, text }) => `${at}:${line} ${text}`);

/** Why the command line would not be understood; undefined if it would. */
async function problemOf(command: string): Promise<string | undefined> {
  const [program, ...words] = command.match(/"[^"]*"|\S+/g) ?? [];
  if (program === 'npm') return npmProblemOf(words);
  return causewayProblemOf(program === 'node' ? words.slice(1) : words);
}

function npmProblemOf(words: readonly string[]): Promise<string | undefined> | string | undefined {
  const isRun = words[0] === 'run';
  const name = words[isRun ? 1 : 0] ?? '';
  if (isRun ? scripts[name] === undefined : !npmOwn.has(name)) return `there is no npm script ${name}`;
  const args = words.slice(words.indexOf('--') + 1);
  if (!words.includes('--')) return undefined;
  if (name === 'start') return causewayProblemOf(['lab', 'run', ...args]);
  if (name !== 'test') return undefined;
  try {
    readOptions(args);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}

async function causewayProblemOf(words: readonly string[]): Promise<string | undefined> {
  const program = buildProgram(() => Promise.resolve());
  silence(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? undefined : error.message;
  }
}

function silence(command: Command): void {
  command.exitOverride((error) => {
    throw error;
  });
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const child of command.commands) silence(child);
}

test('every command in the documents is one that exists, with options that exist', async () => {
  const commands = all.flatMap(commandsIn);
  assert.ok(commands.length > 20, `only ${commands.length} commands`);
  const wrong: string[] = [];
  for (const said of commands) {
    const problem = await problemOf(said.text);
    if (problem !== undefined) wrong.push(`${shown([said]).join()}: ${problem}`);
  }
  assert.deepEqual(wrong, []);
});

test('a command that does not exist would be noticed', async () => {
  for (const command of [
    'node bin/causeway staus',
    'causeway status --wacht',
    'causeway lab fault explode eu-west',
    'npm run nothing',
    'npm test -- --only nothing',
    'npm start -- --nothing',
  ]) {
    assert.notEqual(await problemOf(command), undefined, command);
  }
});

test('links lead to files', () => {
  const broken = all
    .flatMap(linksIn)
    .filter(({ path: at, text }) => !existsSync(path.join(root, path.dirname(at), text)));
  assert.deepEqual(shown(broken), []);
});

test('paths in the documents exist', () => {
  const missing = all.flatMap(pathsIn).filter(({ text }) => !existsSync(path.join(root, text)));
  assert.deepEqual(shown(missing), []);
});

test('codes in the documents stand in the catalog', () => {
  const unknown = all.flatMap(codesIn).filter(({ text }) => !Object.hasOwn(errorCatalog, text));
  assert.deepEqual(shown(unknown), []);
});

test('metrics in the documents stand in the catalog', () => {
  const said = all.flatMap(metricsIn);
  assert.ok(said.length > 5);
  assert.deepEqual(shown(said.filter(({ text }) => !Object.hasOwn(metricCatalog, text))), []);
});

test('every causeway.yaml in the documents is valid', () => {
  const blocks = all
    .flatMap(blocksOf)
    .filter(({ language, text }) => language === 'yaml' && /^regions:/m.test(text))
    .map(({ path: at, line, text }) => ({ file: `${at}:${line}`, text }));
  const files = listTree()
    .filter((name) => /^docs\/examples\/.*\.yaml$/.test(name))
    .map((name) => ({ file: name, text: readText(name) }));
  assert.ok(files.length > 0, 'there are example files');
  for (const each of [...blocks, ...files]) {
    const parsed = parseTopology(each);
    if ('problems' in parsed) assert.fail(formatProblems(parsed.problems));
  }
});

test('the index of the documents names every page', () => {
  const named = new Set(
    ['docs/README.md', 'docs/decisions/README.md']
      .flatMap(linksIn)
      .map(({ path: at, text }) => path.posix.join(path.posix.dirname(at), text)),
  );
  const pages = listTree().filter(
    (name) => /^docs\/.+\.(md|yaml|json)$/.test(name) && name !== 'docs/README.md',
  );
  assert.deepEqual(
    pages.filter((page) => !named.has(page)),
    [],
  );
});
