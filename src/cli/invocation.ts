// One run of one command: its arguments, its options and where they came from, and the terminal it talks to.
import type { OutputFormat } from './output/listing.ts';
import type { Terminal } from './terminal.ts';

/** Where the value of an option came from; the first that has one wins, in this order. */
export const origins = ['flag', 'environment', 'file', 'profile', 'default'] as const;
export type Origin = (typeof origins)[number];

export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin;
  /** The flag, the variable or the file that gave it. */
  readonly where: string;
}

export interface Invocation {
  readonly terminal: Terminal;
  /** The words of the command, as in `['lab', 'fault', 'kill']`. */
  readonly path: readonly string[];
  readonly args: readonly (string | undefined)[];
  readonly options: OptionValues;
  readonly output: OutputFormat;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** False where nobody can be asked: --no-input, or standard input is not a terminal. */
  readonly mayAsk: boolean;
  readonly settings: readonly Setting[];
}

/** Values of options by their names, as given; typed access through the functions below. */
export type OptionValues = Readonly<Record<string, unknown>>;

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flagOption(options: OptionValues, name: string): boolean {
  return options[name] === true;
}

export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** The argument at `index`; commander has made sure that required ones are there. */
export function mustArgument(invocation: Invocation, index: number): string {
  const value = invocation.args[index];
  if (value === undefined) throw new RangeError(`argument ${index} is not declared as required`);
  return value;
}
