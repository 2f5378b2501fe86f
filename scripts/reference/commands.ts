// docs/reference/commands.md: every command with examples, arguments and options, from the declarations.
import { exitCodeMeaning } from '../../src/cli/exit-codes.ts';
import { globalOptions } from '../../src/cli/program.ts';
import type { CommandSpec, OptionSpec } from '../../src/cli/spec.ts';
import { anchor, capitalised, code, codes, generatedNote, table } from './markdown.ts';

interface Named {
  readonly path: string;
  readonly spec: CommandSpec;
}

export function commandsPage(specs: readonly CommandSpec[]): string {
  const leaves = leavesOf(specs, 'causeway');
  return [
    generatedNote('src/cli/specs'),
    '# Commands\n',
    'Data goes to standard output, progress and errors to standard error. Commands read and write the ' +
      'ledger in Kafka',
    'themselves; they work when no Causeway process is alive. In a clone, `causeway` is `node ' +
      'bin/causeway`.\n',
    'A value comes from the flag, else from the environment variable, else from `causeway.yaml`, else it ' +
      'is the default.',
    '`--show-origin` tells which. Values that are not known are printed as `?`, never as 0.\n',
    table(
      ['command', 'what it does'],
      leaves.map(({ path, spec }) => [`[${code(path)}](#${anchor(path)})`, spec.summary]),
    ),
    '\n## Options of every command\n',
    optionTable(globalOptions),
    '\n## Exit codes\n',
    table(['code', 'meaning'], Object.entries(exitCodeMeaning)),
    '',
    ...leaves.map(commandText),
  ].join('\n');
}

function leavesOf(specs: readonly CommandSpec[], prefix: string): Named[] {
  return specs.flatMap((spec) => {
    const path = `${prefix} ${spec.name}`;
    return spec.commands === undefined ? [{ path, spec }] : leavesOf(spec.commands, path);
  });
}

function commandText({ path, spec }: Named): string {
  const given = (spec.arguments ?? []).map(({ name }) => ` ${name}`).join('');
  const parts = [
    `\n## ${path}\n`,
    `${spec.details ?? `${capitalised(spec.summary)}.`}\n`,
    ['```', `${path}${given} [options]`, '```\n'].join('\n'),
    table(
      ['example', ''],
      spec.examples.map(({ command, why }) => [code(command), why]),
    ),
  ];
  if (spec.arguments !== undefined) {
    const rows = spec.arguments.map(({ name, help }) => [code(name), help]);
    parts.push('', table(['argument', 'meaning'], rows));
  }
  if (spec.options !== undefined) parts.push('', optionTable(spec.options));
  return parts.join('\n');
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map(({ flags, help, byDefault, env, choices, repeatable }) => [
    code(flags),
    [
      help,
      choices === undefined ? '' : `: ${codes(choices)}`,
      repeatable === true ? '; may be repeated' : '',
    ].join(''),
    byDefault === undefined ? '' : code(byDefault),
    env === undefined ? '' : code(env),
  ]);
  return table(['option', 'meaning', 'default', 'environment'], rows);
}
