// The declarations: every command is complete, help shows its examples first, wrong words are corrected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import { exitCodeMeaning } from './exit-codes.ts';
import { buildProgram, globalOptions } from './program.ts';
import type { CommandSpec, OptionSpec } from './spec.ts';
import { commandSpecs } from './specs/all.ts';

interface Declared {
  readonly path: string;
  readonly spec: CommandSpec;
  readonly command: Command;
}

function declared(program = buildProgram()): Declared[] {
  const below = (parent: Command, specs: readonly CommandSpec[], prefix: string): Declared[] =>
    specs.flatMap((spec) => {
      const command = parent.commands.find((each) => each.name() === spec.name);
      assert.ok(command !== undefined, `${prefix}${spec.name} is built`);
      const path = `${prefix}${spec.name}`;
      return [{ path, spec, command }, ...below(command, spec.commands ?? [], `${path} `)];
    });
  return below(program, commandSpecs, '');
}

function parse(
  args: readonly string[],
): Promise<{ path: string; args: readonly unknown[]; command: Command }> {
  return new Promise((resolve, reject) => {
    const program = buildProgram((spec, command, given) => {
      resolve({ path: spec.name, args: given, command });
      return Promise.resolve();
    });
    quiet(program);
    program.parseAsync([...args], { from: 'user' }).catch(reject);
  });
}

function quiet(command: Command, errors: string[] = []): string[] {
  command.configureOutput({ writeOut: () => undefined, writeErr: (text) => errors.push(text) });
  for (const child of command.commands) quiet(child, errors);
  return errors;
}

test('every command either does something or has commands, and says when to use it', () => {
  for (const { path, spec } of declared()) {
    assert.equal((spec.load === undefined) === (spec.commands !== undefined), true, path);
    assert.ok(spec.examples.length > 0, `${path} has an example`);
    assert.match(spec.summary, /^[a-zA-Z]/, path);
    assert.doesNotMatch(spec.summary, /\.$/, path);
  }
});

test('examples name commands and options that exist', () => {
  const all = declared();
  for (const { path, spec } of all) {
    for (const { command } of spec.examples) {
      const words = command
        .replace(/^npm start(?: --)?/, 'causeway lab run')
        .replace(/^source <\(|\)$/g, '')
        .split(/\s+/);
      assert.equal(words[0], 'causeway', `${path}: ${command}`);
      const named = longestMatch(words.slice(1), all);
      assert.ok(named !== undefined, `${path}: ${command}`);
      const flags = [...globalOptions, ...(named.spec.options ?? [])].flatMap(({ flags: text }) =>
        text.split(/[ ,|]+/),
      );
      for (const word of words.filter((each) => each.startsWith('-'))) {
        assert.ok(flags.includes(word), `${path}: ${word} in "${command}"`);
      }
    }
  }
});

function longestMatch(words: readonly string[], all: readonly Declared[]): Declared | undefined {
  const line = `${words.join(' ')} `;
  return all
    .filter(({ path }) => line.startsWith(`${path} `))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

test('help begins with the examples and ends with what is common to all', () => {
  for (const { path, spec, command } of declared()) {
    const help = command.helpInformation();
    assert.ok(help.startsWith(`Examples:\n  ${spec.examples[0]?.command ?? ''}`), path);
    assert.ok(help.indexOf('Examples:') < help.indexOf('Usage: causeway'), path);
    assert.match(help, /--output <format>/, path);
  }
});

test('the help of the program lists every exit code', () => {
  const program = buildProgram();
  const texts: string[] = [];
  program.configureOutput({ writeOut: (text) => texts.push(text) });
  program.outputHelp();
  for (const meaning of Object.values(exitCodeMeaning)) assert.ok(texts.join('').includes(meaning), meaning);
});

test('the help of a command, whole', () => {
  const command = declared().find(({ path }) => path === 'mirrors pause')?.command;
  command?.configureOutput({ getOutHelpWidth: () => 80 });
  assert.equal(
    command?.helpInformation().split('\nGlobal Options:')[0],
    `Examples:
  causeway mirrors pause payments                      the whole set
  causeway mirrors pause payments ledger --yes --wait  one topic, and wait until it stands

Usage: causeway mirrors pause [options] <set> [topic]

Stop copying a set or one topic, in order.

Arguments:
  set                    the mirror set
  topic                  only this topic

Options:
  -y, --yes              do not ask, do it
  --reason <text>        why, for the record (env: CAUSEWAY_REASON)
  --wait                 return only when the effect is seen
  --timeout <duration>   how long to wait (default: "5m", env: CAUSEWAY_TIMEOUT)
  -h, --help             show this help
`,
  );
});

test('environment variables are CAUSEWAY_ and their option', () => {
  const options: OptionSpec[] = [
    ...globalOptions,
    ...declared().flatMap(({ spec }) => [...(spec.options ?? [])]),
  ];
  for (const { flags, env } of options) {
    if (env === undefined) continue;
    const long = flags.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? '';
    assert.equal(env, `CAUSEWAY_${long.slice(2).replaceAll('-', '_').toUpperCase()}`);
  }
});

test('global options are understood before and after the command', async () => {
  for (const args of [
    ['-o', 'json', 'mirrors', 'lag', 'payments'],
    ['mirrors', 'lag', 'payments', '-o', 'json'],
  ]) {
    const { path, args: given, command } = await parse(args);
    assert.equal(path, 'lag');
    assert.deepEqual(given, ['payments']);
    assert.equal(command.optsWithGlobals<{ output: string }>().output, 'json');
  }
});

test('wrong words, options and formats are usage errors with a suggestion', async () => {
  const cases: [string[], RegExp][] = [
    [['staus'], /Did you mean status/],
    [['mirrors', 'lst'], /Did you mean list/],
    [['status', '--wacht'], /Did you mean --watch/],
    [['status', '-o', 'xml'], /Allowed choices are table, json, jsonl, yaml, name/],
    [['mirrors', 'describe'], /missing required argument 'set'/],
  ];
  for (const [args, message] of cases) {
    const program = buildProgram(() => Promise.resolve());
    const errors = quiet(program);
    await assert.rejects(program.parseAsync(args, { from: 'user' }), CommanderError);
    assert.match(errors.join(''), message);
  }
});
