// Reads YAML nodes by a schema: plain values come out, problems with their places go to the list. Whatever
// has a problem is left out, so that the checks that follow can say more about the rest.
import type { TSchema } from 'typebox';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { closestName } from '../base/closest-name.ts';
import { listed, type Place, type ProblemList, quoted } from './problem.ts';
import { meantRates, parseDurationMs, parseRateBytesPerSecond } from './units.ts';
import { keyText, type YamlSource } from './yaml-source.ts';

/** The part of JSON Schema that schema.ts uses. */
interface Shape {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Shape[];
  readonly kind?: 'duration' | 'rate';
  readonly pattern?: string;
  readonly examples?: readonly (string | readonly string[])[];
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Where the values that were read stand in the file. */
export class Places {
  readonly #source: YamlSource;
  readonly #nodes = new WeakMap<object, YAMLMap | YAMLSeq>();
  readonly #pairs = new WeakMap<object, ReadonlyMap<string, Pair>>();

  constructor(source: YamlSource) {
    this.#source = source;
  }

  note(value: object, node: YAMLMap | YAMLSeq, pairs?: ReadonlyMap<string, Pair>): void {
    this.#nodes.set(value, node);
    if (pairs !== undefined) this.#pairs.set(value, pairs);
  }

  /** The place of a key of a mapping that was read, or of the mapping where it has no such key. */
  key(owner: object, name: string): Place {
    return this.#source.placeOf(this.#pairs.get(owner)?.get(name)?.key ?? this.#nodes.get(owner));
  }

  /** The place of the value of a key. */
  value(owner: object, name: string): Place {
    const pair = this.#pairs.get(owner)?.get(name);
    return this.#source.placeOf(pair?.value ?? pair?.key ?? this.#nodes.get(owner));
  }

  /** The place of an element of a list. */
  item(list: object, index: number): Place {
    const node = this.#nodes.get(list);
    return this.#source.placeOf(node?.items[index] ?? node);
  }
}

export function readValues(
  source: YamlSource,
  schema: TSchema,
  problems: ProblemList,
): { readonly value: unknown; readonly places: Places } {
  const places = new Places(source);
  const reader = new Reader(source, places, problems);
  return {
    value: reader.read(source.root, schema, 'the file', source.placeOf(source.root)),
    places,
  };
}

class Reader {
  readonly #source: YamlSource;
  readonly #places: Places;
  readonly #problems: ProblemList;

  constructor(source: YamlSource, places: Places, problems: ProblemList) {
    this.#source = source;
    this.#places = places;
    this.#problems = problems;
  }

  /** `what` names the value in messages; `fallback` is the place of a value that is absent (`key:`). */
  read(given: unknown, shape: Shape, what: string, fallback: Place): unknown {
    const node = this.#source.resolve(given);
    const place = node === undefined || isEmpty(node) ? fallback : this.#source.placeOf(node);
    if (shape.anyOf !== undefined) return this.#readSetting(node, what, place);
    if (shape.type === 'object' && isMap(node)) return this.#readMap(node, shape, what, place);
    if (shape.type === 'array' && isSeq(node)) return this.#readList(node, shape, what, place);
    if (shape.type === 'object' || shape.type === 'array' || !isScalar(node)) {
      return this.#wrong(node, shape, what, place);
    }
    return this.#readScalar(node, shape, what, place);
  }

  #readMap(node: YAMLMap, shape: Shape, what: string, place: Place): object {
    const value = Object.create(null) as Record<string, unknown>;
    const pairs = this.#pairsOf(node);
    this.#places.note(value, node, pairs);
    const open = Object.values(shape.patternProperties ?? {})[0];
    for (const [key, pair] of pairs) {
      const known = shape.properties !== undefined && Object.hasOwn(shape.properties, key);
      const member = known ? shape.properties[key] : open;
      const keyPlace = this.#source.placeOf(pair.key);
      if (member === undefined) this.#unknownKey(key, shape, what, keyPlace);
      else value[key] = this.read(pair.value, member, memberName(what, key), keyPlace);
    }
    for (const key of shape.required ?? []) {
      if (pairs.has(key)) continue;
      this.#problems.error(
        'CW-1005',
        place,
        `${what} has no ${quoted(key)}`,
        missingHint(shape.properties?.[key]),
      );
    }
    return value;
  }

  #pairsOf(node: YAMLMap): ReadonlyMap<string, Pair> {
    const pairs = new Map<string, Pair>();
    for (const pair of node.items) {
      const key = keyText(isAlias(pair.key) ? this.#source.resolve(pair.key) : pair.key);
      const place = this.#source.placeOf(pair.key ?? pair.value);
      const first = key === undefined ? undefined : pairs.get(key);
      if (key === undefined) {
        this.#problems.error('CW-1004', place, 'a key must be a text', 'Put the key in quotes.');
      } else if (first === undefined) pairs.set(key, pair);
      else {
        const { line } = this.#source.placeOf(first.key);
        this.#problems.error(
          'CW-1002',
          place,
          `the key ${quoted(key)} is given twice; first in line ${line}`,
        );
      }
    }
    return pairs;
  }

  #readList(node: YAMLSeq, shape: Shape, what: string, place: Place): unknown[] {
    const items = shape.items ?? {};
    const value = node.items.map((item) => this.read(item, items, `an element of ${what}`, place));
    this.#places.note(value, node);
    if (value.length < (shape.minItems ?? 0)) {
      this.#problems.error('CW-1005', place, `${what} is an empty list`, exampleHint(shape));
    }
    return value;
  }

  #readScalar(node: Scalar, shape: Shape, what: string, place: Place): unknown {
    const { value } = node;
    if (shape.type === 'integer') return this.#readInteger(node, shape, what, place);
    if (shape.type === 'boolean')
      return typeof value === 'boolean' ? value : this.#wrong(node, shape, what, place);
    if (shape.kind !== undefined) return this.#readAmount(node, shape, what, place);
    if (typeof value !== 'string') return this.#wrong(node, shape, what, place);
    if (shape.enum !== undefined && !shape.enum.includes(value)) {
      const meant = closestName(value, shape.enum);
      const hint = meant === undefined ? undefined : `Did you mean ${quoted(meant)}?`;
      const allowed = listed(shape.enum.map(quoted), 'or');
      this.#problems.error('CW-1025', place, `${what} must be ${allowed}, not ${quoted(value)}`, hint);
      return undefined;
    }
    if (shape.enum === undefined && shape.pattern !== undefined && !new RegExp(shape.pattern).test(value)) {
      this.#problems.error('CW-1025', place, `${what} cannot be ${quoted(value)}`, exampleHint(shape));
      return undefined;
    }
    return value;
  }

  #readInteger(node: Scalar, shape: Shape, what: string, place: Place): number | undefined {
    const { value } = node;
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      this.#wrong(node, shape, what, place);
      return undefined;
    }
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape;
    if (value >= minimum && value <= maximum) return value;
    this.#problems.error('CW-1025', place, `${what} must be from ${minimum} to ${maximum}, not ${value}`);
    return undefined;
  }

  #readAmount(node: Scalar, shape: Shape, what: string, place: Place): string | undefined {
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const parse = shape.kind === 'rate' ? parseRateBytesPerSecond : parseDurationMs;
    if (text !== '' && parse(text) !== undefined) return text;
    if (isEmpty(node)) return this.#wrong(node, shape, what, place);
    const noUnit = /^[0-9.]+$/.test(text);
    const unit = shape.kind === 'rate' ? 'MB/s' : 's';
    const meant = shape.kind === 'rate' ? meantRates(text) : [];
    const hint = noUnit
      ? `Add the unit, as in ${quoted(`${text}${unit}`)}.`
      : meant.length > 0
        ? `Did you mean ${listed(meant.map(quoted), 'or')}?`
        : amountHint(shape.kind);
    this.#problems.error('CW-1006', place, `${what} is ${quoted(text)}, which is not a ${shape.kind}`, hint);
    return undefined;
  }

  /** Kafka's settings are texts; numbers and booleans keep the text that they were written with. */
  #readSetting(node: Node | undefined, what: string, place: Place): string | undefined {
    if (isScalar(node) && !isEmpty(node)) {
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    }
    this.#problems.error('CW-1004', place, `${what} must be a text or a number, not ${kindOf(node)}`);
    return undefined;
  }

  #wrong(node: Node | undefined, shape: Shape, what: string, place: Place): undefined {
    const message = `${what} must be ${kindOfShape(shape)}, not ${kindOf(node)}`;
    this.#problems.error('CW-1004', place, message, wrongHint(node, shape));
    return undefined;
  }

  #unknownKey(key: string, shape: Shape, what: string, place: Place): void {
    const names = Object.keys(shape.properties ?? {});
    const meant = this.#problems.full ? undefined : closestName(key, names);
    const hint = meant === undefined ? `Known here: ${names.join(', ')}.` : `Did you mean ${quoted(meant)}?`;
    const where = what === 'the file' ? '' : ` in ${what}`;
    this.#problems.error('CW-1003', place, `unknown key ${quoted(key)}${where}`, hint);
  }
}

const memberName = (what: string, key: string): string =>
  what === 'the file' ? clipped(key) : `${what}.${clipped(key)}`;

const clipped = (key: string): string => quoted(key).slice(1, -1);

const isEmpty = (node: unknown): boolean => isScalar(node) && node.value === null;

function kindOf(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (node === undefined || isEmpty(node)) return 'nothing';
  const { value } = node as Scalar;
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value !== 'number') return 'a text';
  return Number.isInteger(value) ? 'a number' : 'a fraction';
}

const kindNames: Readonly<Record<NonNullable<Shape['type']>, string>> = {
  object: 'a mapping',
  array: 'a list',
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
};

const kindOfShape = (shape: Shape): string =>
  shape.kind === undefined ? kindNames[shape.type ?? 'string'] : `a ${shape.kind}`;

function wrongHint(node: Node | undefined, shape: Shape): string | undefined {
  if (shape.type === 'array' && isScalar(node) && typeof node.value === 'string') {
    return `Write it as a list: [${clipped(node.value)}].`;
  }
  if (shape.type === 'string' && isScalar(node) && !isEmpty(node)) {
    return `Put it in quotes: "${clipped(node.source ?? '')}".`;
  }
  return exampleHint(shape);
}

const amountHint = (kind: Shape['kind']): string =>
  kind === 'rate' ? 'Write it like 200MB/s or 50Mbit/s.' : 'Write it like 500ms, 10s, 5m or 1h.';

function exampleHint(shape: Shape): string | undefined {
  const [example] = shape.examples ?? [];
  if (example === undefined) return undefined;
  const shown = Array.isArray(example)
    ? `[${example.map((item) => `"${item}"`).join(', ')}]`
    : String(example);
  return `For example: ${shown}.`;
}

function missingHint(shape: Shape | undefined): string | undefined {
  return shape === undefined ? undefined : exampleHint(shape);
}
