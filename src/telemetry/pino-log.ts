// The log of a process: one JSON object per line, for people with `jq` and for machines.
import { type DestinationStream, pino } from 'pino';
import { describeError } from '../base/errors.ts';
import type { Log, LogFields } from '../base/log.ts';
import { isSecretName, redactedText, withoutSecrets } from '../base/secret-names.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Where lines go: `process.stderr`, or anything with `write`. */
  readonly destination: DestinationStream;
  /** Fields of every line, such as the region. */
  readonly fields?: LogFields;
}

/** A log whose lines hold no secrets, and in which bigints, maps, bytes and errors have a form. */
export function createLog({ level, destination, fields = {} }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: plainFields(fields),
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: plainFields },
    },
    destination,
  );
  return {
    debug: (given, message) => logger.debug(given, withoutSecrets(message)),
    info: (given, message) => logger.info(given, withoutSecrets(message)),
    warn: (given, message) => logger.warn(given, withoutSecrets(message)),
    error: (given, message) => logger.error(given, withoutSecrets(message)),
  };
}

const depthMax = 6;
const itemsMax = 100;

/** Fields in the form in which they are logged; exported for its test. */
export function plainFields(fields: LogFields): Record<string, unknown> {
  return plainMembers(Object.entries(fields), 0);
}

function plainMembers(
  entries: Iterable<readonly [unknown, unknown]>,
  depth: number,
): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  let count = 0;
  for (const [key, value] of entries) {
    count += 1;
    if (count > itemsMax) {
      plain['…'] = 'and more';
      break;
    }
    const name = String(key);
    plain[name] = isSecretName(name) && value !== undefined ? redactedText : plainValue(value, depth + 1);
  }
  return plain;
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return String(typeof value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return withoutSecrets(describeError(value));
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '?' : value.toISOString();
  if (depth > depthMax) return '…';
  if (value instanceof Map) return plainMembers(value, depth);
  if (Array.isArray(value) || value instanceof Set) return plainList([...value], depth);
  return plainMembers(Object.entries(value), depth);
}

function plainList(items: readonly unknown[], depth: number): unknown[] {
  const plain = items.slice(0, itemsMax).map((item) => plainValue(item, depth + 1));
  return items.length > itemsMax ? [...plain, `and ${items.length - itemsMax} more`] : plain;
}
