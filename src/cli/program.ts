// The whole command line as commander sees it, built from the declarations in specs/. Pure: nothing is read,
// nothing runs until `dispatch` is called, so help, completion and the reference page come from the same
// object.
import { Argument, Command, CommanderError, Help, Option } from 'commander';
import { exitCodeMeaning } from './exit-codes.ts';
import { outputFormats } from './output/listing.ts';
import type { CommandSpec, Example, OptionSpec } from './spec.ts';
import { commandSpecs } from './specs/all.ts';

export type Dispatch = (spec: CommandSpec, command: Command, args: readonly unknown[]) => Promise<void>;

/** Options of every command. */
export const globalOptions: readonly OptionSpec[] = [
  {
    flags: '-o, --output <format>',
    help: 'how data is printed',
    env: 'CAUSEWAY_OUTPUT',
    byDefault: 'table',
    choices: outputFormats,
  },
  { flags: '--config <file>', help: 'the topology; else the nearest causeway.yaml', env: 'CAUSEWAY_CONFIG' },
  { flags: '--no-input', help: 'never ask', env: 'CAUSEWAY_NO_INPUT' },
  { flags: '-q, --quiet', help: 'no progress, only data and errors', env: 'CAUSEWAY_QUIET' },
  { flags: '-v, --verbose', help: 'tell more on standard error', env: 'CAUSEWAY_VERBOSE' },
  { flags: '--show-origin', help: 'print each setting with where it came from, and do nothing else' },
];

const mainExamples: readonly Example[] = [
  { command: 'causeway status', why: 'regions, mirror sets, lag and recovery point, now' },
  { command: 'causeway doctor', why: 'what is wrong between here and the clusters' },
  { command: 'causeway plan', why: 'what apply would change' },
  { command: 'causeway mirrors explain orders', why: 'why is this topic not mirrored?' },
  { command: 'causeway explain CW-2007', why: 'what an error code means, and what to do' },
];

/** Builds the program. Without `dispatch` it only describes itself. */
export function buildProgram(dispatch?: Dispatch, version = '0.0.0'): Command {
  const program = new Command('causeway');
  program
    .description('Joins independent Kafka clusters: topics mirrored at the same offsets, each record once.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      formatHelp: examplesFirst(mainExamples),
    })
    .showSuggestionAfterError(true)
    .addHelpText('after', exitCodeHelp)
    .exitOverride((error: CommanderError) => {
      throw error;
    });
  for (const option of globalOptions) program.addOption(buildOption(option));
  for (const spec of commandSpecs) addCommand(program, spec, dispatch);
  return program;
}

function addCommand(parent: Command, spec: CommandSpec, dispatch: Dispatch | undefined): void {
  const command = parent.command(spec.name).summary(spec.summary).helpCommand(false);
  command.description(spec.details === undefined ? sentence(spec.summary) : spec.details);
  command.configureHelp({ showGlobalOptions: true, formatHelp: examplesFirst(spec.examples) });
  for (const { name, help } of spec.arguments ?? []) command.addArgument(new Argument(name, help));
  for (const option of spec.options ?? []) command.addOption(buildOption(option));
  for (const child of spec.commands ?? []) addCommand(command, child, dispatch);
  if (spec.load !== undefined && dispatch !== undefined) {
    command.action((...args: unknown[]) => dispatch(spec, command, args.slice(0, -2)));
  }
}

function buildOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.help);
  if (spec.env !== undefined) option.env(spec.env);
  if (spec.byDefault !== undefined) option.default(spec.byDefault);
  if (spec.choices !== undefined) option.choices(spec.choices);
  if (spec.repeatable === true) {
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  return option;
}

function examplesFirst(examples: readonly Example[]) {
  const width = Math.max(0, ...examples.map((example) => example.command.length));
  const head = examples.map(({ command, why }) => `  ${command.padEnd(width)}  ${why}`).join('\n');
  return (command: Command, help: Help) => {
    const body = Help.prototype.formatHelp.call(help, command, help);
    return examples.length === 0 ? body : `Examples:\n${head}\n\n${body}`;
  };
}

function exitCodeHelp(): string {
  const rows = Object.entries(exitCodeMeaning).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`);
  return `\nExit codes:\n${rows.join('\n')}`;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
