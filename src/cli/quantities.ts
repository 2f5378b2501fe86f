// Durations, rates, sizes and counts given as options.
import { CausewayError } from '../base/errors.ts';
import { parseDurationMs, parseRateBytesPerSecond, parseSizeBytes } from '../topology/units.ts';
import { type OptionValues, textOption } from './invocation.ts';

/** Milliseconds; undefined where the option was not given. */
export function durationOption(options: OptionValues, name: string): number | undefined {
  return parsed(options, name, parseDurationMs, 'a duration like 500ms, 10s or 5m');
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
