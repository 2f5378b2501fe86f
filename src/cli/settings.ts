// Options with the place each value came from. The order is: flag, CAUSEWAY_* variable, profile, default.
import type { Command } from 'commander';
import { CausewayError } from '../base/errors.ts';
import type { Invocation, Origin, OptionValues, Setting } from './invocation.ts';
import type { OutputFormat } from './output/listing.ts';
import type { CommandSpec } from './spec.ts';
import type { Terminal } from './terminal.ts';

const originOf: Readonly<Record<string, Origin>> = {
  cli: 'flag',
  env: 'environment',
  config: 'profile',
  default: 'default',
};

/** What commander has parsed, as one invocation. */
export function invocationOf(
  terminal: Terminal,
  spec: CommandSpec,
  command: Command,
  args: readonly unknown[],
): Invocation {
  const options = command.optsWithGlobals<OptionValues>();
  const quiet = options['quiet'] === true;
  const verbose = options['verbose'] === true;
  if (quiet && verbose) throw new CausewayError('CW-6008', '--quiet and --verbose exclude each other');
  return {
    terminal,
    path: pathOf(command, spec),
    args: args as readonly (string | undefined)[],
    options,
    output: options['output'] as OutputFormat,
    verbosity: quiet ? 'quiet' : verbose ? 'verbose' : 'normal',
    mayAsk: options['input'] !== false && terminal.stdin.isTTY === true,
    settings: settingsOf(command),
  };
}

/** Every option of the command and of the program, in the order of their declaration. */
export function settingsOf(command: Command): Setting[] {
  const settings: Setting[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) {
    for (const option of at.options) {
      const name = option.attributeName();
      const source = at.getOptionValueSource(name);
      const origin = originOf[source ?? 'default'] ?? 'default';
      const where = origin === 'environment' ? (option.envVar ?? '') : (option.long ?? option.flags);
      settings.push({
        name,
        value: shown(at.getOptionValue(name)),
        origin,
        where: origin === 'default' ? '' : where,
      });
    }
  }
  return settings.filter(({ name }) => name !== 'version' && name !== 'showOrigin');
}

function pathOf(command: Command, spec: CommandSpec): string[] {
  const path = [spec.name];
  for (let at = command.parent; at !== null && at.parent !== null; at = at.parent) path.unshift(at.name());
  return path;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}
