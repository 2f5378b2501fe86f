// Durations, rates, sizes and counts given as options.
import { CausewayError } from '../base/errors.ts';
import { parseDurationMs, parseRateBytesPerSecond, parseSizeBytes } from '../topology/units.ts';
import { type OptionValues, textOption } from './invocation.ts';

/** The shortest and the longest duration that make sense, as they are shown. */
export interface DurationBounds {
  readonly from: string;
  readonly to: string;
}

/** A timer of Node takes no more than 24.8 days: a longer one would be over at once. */
const anyDuration: DurationBounds = { from: '0ms', to: '24d' };

/** Milliseconds; undefined where the option was not given. */
export function durationOption(
  options: OptionValues,
  name: string,
  bounds = anyDuration,
): number | undefined {
  const value = parsed(options, name, parseDurationMs, 'a duration like 500ms, 10s or 5m');
  if (value === undefined) return undefined;
  const [fromMs = 0, toMs = 0] = [bounds.from, bounds.to].map(parseDurationMs);
  if (value >= fromMs && value <= toMs) return value;
  const text = textOption(options, name) ?? '';
  throw invalidOption(name, text, `a duration from ${bounds.from} to ${bounds.to}`);
}

/** Bytes per second; undefined where the option was not given. */
export function rateOption(options: OptionValues, name: string): number | undefined {
  return parsed(options, name, parseRateBytesPerSecond, 'a rate like 20MB/s or 50Mbit/s');
}

/** Bytes; a bare number is bytes, too. */
export function sizeOption(options: OptionValues, name: string): number | undefined {
  return parsed(
    options,
    name,
    (text) => wholeNumber(text) ?? parseSizeBytes(text),
    'a size like 512 or 64KiB',
  );
}

/** A whole number from 0. */
export function countOption(options: OptionValues, name: string): number | undefined {
  return parsed(options, name, wholeNumber, 'a whole number');
}

/** Records per second, as in `500/s`. */
export function parseRecordsPerSecond(text: string): number | undefined {
  return text.endsWith('/s') ? wholeNumber(text.slice(0, -2)) : undefined;
}

export function wholeNumber(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

export function invalidOption(name: string, text: string, wanted: string): CausewayError {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return new CausewayError('CW-6008', `${flag} "${text}" is not ${wanted}`, { option: flag, given: text });
}

function parsed(
  options: OptionValues,
  name: string,
  parse: (text: string) => number | undefined,
  wanted: string,
): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) throw invalidOption(name, text, wanted);
  return value;
}
