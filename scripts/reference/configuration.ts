// docs/reference/configuration.md: every key of causeway.yaml, from the schema that the reader uses.
import { code, codes, generatedNote, table } from './markdown.ts';
import { type Support, supportOf } from './support.ts';

/** The parts of a JSON schema that the topology's schema uses. */
interface SchemaNode {
  readonly type?: string;
  readonly kind?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
}

/** What stands for a name that the operator chooses, by the key above it. */
const chosenNames: Readonly<Record<string, string>> = {
  regions: 'REGION',
  links: 'REGION->REGION',
  mirrors: 'SET',
};

/** Values of keys that have no closed list, and that this version may not act on. */
const probes: Readonly<Record<string, readonly unknown[]>> = {
  'coordination.kafka': [{ 'bootstrap.servers': 'c:9092' }],
  'links.REGION->REGION.limit': ['200MB/s'],
  'mirrors.SET.from': ['latest', '2026-01-01T00:00:00Z'],
  'mirrors.SET.groups': [['*']],
  'mirrors.SET.priority': [2],
  'mirrors.SET.failover.automatic': [true],
};

const supportNote: Readonly<Record<Exclude<Support, 'yes'>, string>> = {
  refused: 'not yet, refused',
  ignored: 'not yet, without effect',
};

export function configurationPage(schema: unknown): string {
  const root = schema as SchemaNode;
  const sections = Object.entries(root.properties ?? {}).map(([key, node]) => {
    const isRequired = root.required?.includes(key) === true;
    const rows = rowsBelow(key, node, isRequired);
    const keys = table(['key', 'value', 'default', 'meaning'], rows);
    return `## ${key}\n\n${node.description ?? ''}\n\n${keys}\n`;
  });
  return [
    generatedNote('src/topology/schema.ts'),
    '# causeway.yaml\n',
    'What the operator declares. The file is looked for in the working folder and upward, or named with ' +
      '`--config`.',
    'All problems are reported at once, each with code, line and column, reason and hint. Keys that are ' +
      'not listed here,',
    'keys that stand twice, and definitions that nothing uses are errors.\n',
    'For completion and checks while typing, begin the file with this line:\n',
    '```yaml',
    '# yaml-language-server: $schema=docs/reference/causeway.schema.json',
    '```\n',
    'Topic patterns are anchored: they must match the whole name. `*` stands for any characters within a ' +
      'name. Topics that',
    'begin with `__` or `causeway.` never match.\n',
    '“Not yet” marks what this version does not act on. Where it matters it is refused with CW-1013, so ' +
      'that nobody',
    'relies on it.\n',
    ...sections,
  ].join('\n');
}

function rowsBelow(path: string, node: SchemaNode, isRequired: boolean): string[][] {
  const chosen = Object.values(node.patternProperties ?? {})[0];
  const isSettings = chosen?.anyOf !== undefined;
  if (chosen !== undefined && !isSettings) {
    return rowsBelow(`${path}.${chosenNames[path] ?? 'NAME'}`, chosen, true);
  }
  if (node.properties === undefined) return [row(path, node, isRequired)];
  return Object.entries(node.properties).flatMap(([key, below]) =>
    rowsBelow(`${path}.${key}`, below, isRequired && node.required?.includes(key) === true),
  );
}

function row(path: string, node: SchemaNode, isRequired: boolean): string[] {
  const byDefault = node.default === undefined ? '' : code(JSON.stringify(node.default).replaceAll('"', ''));
  const examples = (node.examples ?? []).map((example) =>
    typeof example === 'string' ? example : JSON.stringify(example),
  );
  const hint = examples.length === 0 ? '' : ` As in ${codes(examples)}.`;
  const meaning = `${node.description ?? ''}${hint}${probeNote(path)}`;
  return [code(path), valueOf(path, node), isRequired ? '**required**' : byDefault, meaning];
}

function probeNote(path: string): string {
  const notes = (probes[path] ?? []).flatMap((value) => {
    const support = supportOf(path, value);
    return support === 'yes'
      ? []
      : [`${code(typeof value === 'string' ? value : JSON.stringify(value))}: ${supportNote[support]}.`];
  });
  return notes.length === 0 ? '' : ` (${notes.join(' ')})`;
}

function choiceText(path: string, value: string): string {
  const support = supportOf(path, value);
  return support === 'yes' ? code(value) : `${code(value)} (${supportNote[support]})`;
}

function valueOf(path: string, node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => choiceText(path, String(value))).join(', ');
  if (node.kind !== undefined) return node.kind;
  if (node.patternProperties !== undefined) return 'settings by name';
  if (node.type === 'array') return `list of ${node.items?.type ?? 'value'}s`;
  if (node.minimum !== undefined && node.maximum !== undefined) return `${node.minimum} to ${node.maximum}`;
  return node.type ?? '';
}
