// Records of the ledger as JSON and back. Nothing that stands in a topic can make a reader fail: what is
// newer or malformed comes back as such.
import { Compile, type Validator } from 'typebox/compile';
import { describeError, invariant } from '../base/errors.ts';
import { type LedgerRecord, keyOf } from './record-key.ts';
import { bigintFields, type RecordForm, recordForms } from './record-schemas.ts';
import type { LedgerRecords, LedgerTopic } from './topic-names.ts';

/** A value of more characters than this is not looked into. */
const valueCharsMax = 64 * 1024 * 1024;

export type Decoded<T> =
  | { readonly is: 'record'; readonly record: T }
  /** A kind or version that this program does not know. */
  | { readonly is: 'newer'; readonly kind: string; readonly version: number }
  | { readonly is: 'malformed'; readonly why: string };

/** Key and value of a record as they are written. */
export function encodeRecord(record: LedgerRecord): { readonly key: string; readonly value: string } {
  const { kind, ...fields } = record;
  const value = JSON.stringify({ kind, version: recordForms[kind].version, record: fields }, bigintAsText);
  invariant(
    validatorOf(recordForms[kind]).Check(JSON.parse(value)),
    `a record of kind ${kind} is ill-formed`,
  );
  return { key: keyOf(record), value };
}

/** Decodes the value of a record of `topic` under `key`. */
export function decodeRecord<T extends LedgerTopic>(
  topic: T,
  key: string | undefined,
  value: string,
): Decoded<LedgerRecords[T]> {
  if (value.length > valueCharsMax) return malformed(`its value has ${value.length} characters`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    return malformed(`its value is no JSON (${describeError(error)})`);
  }
  if (!isObject(parsed)) return malformed('its value is no JSON object');
  const { kind, version } = parsed;
  if (typeof kind !== 'string') return malformed('it has no kind');
  if (!Number.isInteger(version) || (version as number) < 1) return malformed('it has no version');
  const known = Object.hasOwn(recordForms, kind) ? recordForms[kind as LedgerRecord['kind']] : undefined;
  if (known === undefined || (version as number) > known.version) {
    return { is: 'newer', kind, version: version as number };
  }
  if (known.topic !== topic) return malformed(`records of kind ${kind} belong into ${known.topic}`);
  return decodeKnown(known, key, parsed);
}

function decodeKnown<T extends LedgerTopic>(
  known: RecordForm,
  key: string | undefined,
  parsed: Readonly<Record<string, unknown>>,
): Decoded<LedgerRecords[T]> {
  const validator = validatorOf(known);
  if (!validator.Check(parsed)) {
    const [first] = validator.Errors(parsed);
    return malformed(`${first?.instancePath || 'it'} ${first?.message ?? 'has the wrong form'}`);
  }
  const fields = revive(parsed.record) as object | undefined;
  if (fields === undefined) return malformed('a number in it does not fit into 64 bits');
  const record = { kind: parsed.kind, ...fields } as LedgerRecord;
  if (keyOf(record) !== key) return malformed(`its key is ${key ?? 'missing'}, not ${keyOf(record)}`);
  return { is: 'record', record: record as LedgerRecords[T] };
}

const malformed = (why: string): { is: 'malformed'; why: string } => ({ is: 'malformed', why });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bigintAsText = (_name: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

/**
 * Puts bigint in place of their texts; undefined where one is beyond 64 bits. The shape has been checked
 * before.
 */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const revived = revive(item);
      if (revived === undefined) return undefined;
      items.push(revived);
    }
    return items;
  }
  if (!isObject(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const revived = typeof field === 'string' && bigintFields.has(name) ? bigintOf(field) : revive(field);
    if (revived === undefined) return undefined;
    fields[name] = revived;
  }
  return fields;
}

function bigintOf(text: string): bigint | undefined {
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

const validators = new Map<RecordForm, Validator>();

/** Compiled at first use: commands that read no ledger do not pay for it. */
function validatorOf(form: RecordForm): Validator {
  const kept = validators.get(form);
  if (kept !== undefined) return kept;
  const made = Compile(form.schema);
  validators.set(form, made);
  return made;
}
