// Placeholders in Kafka's settings: `${env:NAME}`, `${file:PATH:KEY}` (a properties file), `${file:PATH}`
// (the whole file, trimmed). Messages name the placeholder, never what it stands for.
import { CausewayError, describeError } from '../base/errors.ts';
import { isSecretName, redactedText } from '../base/secret-names.ts';
import type { KafkaSettings } from './topology.ts';

export type Placeholder =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string | undefined };

export interface SecretReaders {
  readEnv(name: string): string | undefined;
  /** Throws where the file cannot be read. */
  readFile(path: string): string;
}

type Part = string | Placeholder;

/** A setting's value for a person: secrets are left out, placeholders are shown as they are. */
export function redact(name: string, value: string): string {
  if (!isSecretName(name)) return value;
  const { parts, invalid } = splitPlaceholders(value);
  const onlyPlaceholder = invalid.length === 0 && parts.length === 1 && typeof parts[0] !== 'string';
  return onlyPlaceholder ? value : redactedText;
}

/** The parts of a value; `invalid` holds the texts of `${…}` that are none of the known forms. */
export function splitPlaceholders(value: string): {
  readonly parts: readonly Part[];
  readonly invalid: readonly string[];
} {
  const parts: Part[] = [];
  const invalid: string[] = [];
  let from = 0;
  for (;;) {
    const begin = value.indexOf('${', from);
    if (begin < 0) break;
    if (begin > from) parts.push(value.slice(from, begin));
    const end = value.indexOf('}', begin);
    const inner = end < 0 ? undefined : parsePlaceholder(value.slice(begin + 2, end));
    if (inner === undefined) {
      invalid.push(placeholderName(value.slice(begin, end < 0 ? undefined : end + 1)));
      if (end < 0) return { parts, invalid };
    } else parts.push(inner);
    from = end + 1;
  }
  if (from < value.length) parts.push(value.slice(from));
  return { parts, invalid };
}

export const hasPlaceholder = (value: string): boolean => value.includes('${');

/** Only the part before the first colon: the rest could be a secret that was pasted there. */
function placeholderName(text: string): string {
  const scheme = /^\$\{([a-z]{1,20}):/.exec(text)?.[1];
  return scheme === undefined ? '${…' : `\${${scheme}:…`;
}

function parsePlaceholder(inner: string): Placeholder | undefined {
  const env = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(inner);
  if (env !== null) return { kind: 'env', name: env[1] ?? '' };
  if (!inner.startsWith('file:')) return undefined;
  const rest = inner.slice('file:'.length);
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const key = colon < 0 ? undefined : rest.slice(colon + 1);
  return path === '' || key === '' ? undefined : { kind: 'file', path, key };
}

/** `settings` with every placeholder replaced. Throws CW-1017 or CW-1018; the value appears in no message. */
export function resolveSettings(settings: KafkaSettings, readers: SecretReaders): KafkaSettings {
  const resolved = new Map<string, string>();
  for (const [name, value] of settings) {
    const { parts, invalid } = splitPlaceholders(value);
    if (invalid.length > 0) {
      throw new CausewayError('CW-1017', `${name}: ${invalid[0]} is not a placeholder that is known`, {
        name,
      });
    }
    const texts = parts.map((part) => (typeof part === 'string' ? part : resolveOne(name, part, readers)));
    resolved.set(name, texts.join(''));
  }
  return resolved;
}

function resolveOne(setting: string, placeholder: Placeholder, readers: SecretReaders): string {
  const shown = formatPlaceholder(placeholder);
  const fail = (why: string, cause?: unknown) =>
    new CausewayError('CW-1018', `${setting}: ${shown} has no value: ${why}`, { setting }, cause);
  if (placeholder.kind === 'env') {
    const value = readers.readEnv(placeholder.name);
    if (value === undefined) throw fail(`the environment variable ${placeholder.name} is not set`);
    return value;
  }
  let text: string;
  try {
    text = readers.readFile(placeholder.path);
  } catch (thrown) {
    throw fail(`the file ${placeholder.path} cannot be read (${describeError(thrown)})`);
  }
  if (placeholder.key === undefined) return text.trim();
  const value = parseProperties(text).get(placeholder.key);
  if (value === undefined) throw fail(`the file ${placeholder.path} has no key ${placeholder.key}`);
  return value;
}

export function formatPlaceholder(placeholder: Placeholder): string {
  if (placeholder.kind === 'env') return `\${env:${placeholder.name}}`;
  const key = placeholder.key === undefined ? '' : `:${placeholder.key}`;
  return `\${file:${placeholder.path}${key}}`;
}

/**
 * A Java properties file (java.util.Properties.load): `key=value`, `key: value` or `key value`; # and ! begin
 * a comment; a backslash at the end of a line joins it with the next; the last of two equal keys counts.
 */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let joined = '';
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const trimmed = line.replace(/^[ \t\f]+/, '');
    if (joined === '' && (trimmed === '' || /^[#!]/.test(trimmed))) continue;
    joined += trimmed;
    const backslashes = /\\*$/.exec(joined)?.[0].length ?? 0;
    if (backslashes % 2 === 1) {
      joined = joined.slice(0, -1);
      continue;
    }
    addProperty(values, joined);
    joined = '';
  }
  if (joined !== '') addProperty(values, joined);
  return values;
}

function addProperty(values: Map<string, string>, line: string): void {
  let end = 0;
  while (end < line.length && !/[=: \t\f]/.test(line.charAt(end))) end += line.charAt(end) === '\\' ? 2 : 1;
  let from = end;
  while (/[ \t\f]/.test(line.charAt(from))) from += 1;
  if (/[=:]/.test(line.charAt(from))) from += 1;
  while (/[ \t\f]/.test(line.charAt(from))) from += 1;
  values.set(unescaped(line.slice(0, end)), unescaped(line.slice(from)));
}

function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };
  return text.replace(/\\(u[0-9A-Fa-f]{4}|.)/gs, (_all, escape: string) =>
    escape.length === 5
      ? String.fromCharCode(Number.parseInt(escape.slice(1), 16))
      : (letters[escape] ?? escape),
  );
}
