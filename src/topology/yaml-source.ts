// From text to YAML nodes with places. Everything that could make a small file large is refused here: merge
// keys, aliases inside of aliases, many aliases, very long files.
import {
  type Alias,
  type Document,
  isAlias,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Place, ProblemList } from './problem.ts';
import { quoted } from './problem.ts';
import { findExcess } from './text-limits.ts';

const aliasesMax = 100;
/** Nodes that all aliases together may stand for. */
const aliasedNodesMax = 10_000;

/** A parsed file. */
export interface YamlSource {
  readonly root: Node;
  placeOf(node: unknown): Place;
  /** The node itself, or what the alias stands for. */
  resolve(node: unknown): Node | undefined;
}

const start: Place = { line: 1, column: 1 };

/** Reads the text. Undefined where nothing could be read; then there is a problem that says so. */
export function readYaml(text: string, problems: ProblemList): YamlSource | undefined {
  const excess = findExcess(text);
  if (excess !== undefined) {
    problems.error('CW-1015', start, `the file ${excess}`);
    return undefined;
  }
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? start : { line, column: col };
  };
  const document = parsed(text, lines, problems);
  if (document === undefined) return undefined;
  const broken = reportSyntax(document, placeAt, problems);
  const placeOf = (node: unknown) => (isNode(node) && node.range ? placeAt(node.range[0]) : start);
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    if (!broken)
      problems.error('CW-1016', start, 'the file is empty', 'Begin with `regions:` and `mirrors:`.');
    return undefined;
  }
  // The parser guesses on after an error; what it guessed would only raise problems that are none.
  if (broken) return undefined;
  const targets = readAliases(document, placeOf, problems);
  if (targets === undefined) return undefined;
  return {
    root,
    placeOf,
    resolve: (node) => (isAlias(node) ? targets.get(node) : isNode(node) ? node : undefined),
  };
}

function parsed(text: string, lines: LineCounter, problems: ProblemList): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      // Pretty errors quote the file, and with it secrets.
      prettyErrors: false,
      // The library compares each key with all others; the reader does it in linear time, with both places.
      uniqueKeys: false,
      // Also tells of a second document; nothing is printed by parseDocument itself.
      logLevel: 'error',
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    problems.error('CW-1015', start, 'the file is nested too deeply to be read');
    return undefined;
  }
}

/** Returns true where the file is not valid. One problem per line: an error drags others behind it. */
function reportSyntax(
  document: Document.Parsed,
  placeAt: (offset: number) => Place,
  problems: ProblemList,
): boolean {
  let lastLine = 0;
  for (const error of [...document.errors, ...document.warnings]) {
    const place = placeAt(error.pos[0]);
    if (place.line === lastLine) continue;
    lastLine = place.line;
    if (error.code === 'MULTIPLE_DOCS') {
      problems.error('CW-1016', place, 'a second document begins here; the file must hold one');
    } else {
      const { message, hint } = syntaxMessage(error);
      problems.error('CW-1001', place, message, hint);
    }
  }
  return lastLine > 0;
}

interface SyntaxText {
  readonly message: string;
  readonly hint?: string;
}

const keyForValue: SyntaxText = {
  message: 'a key stands where a value is expected',
  hint: 'Check the indentation; put a value that holds ‘: ’ in quotes.',
};

/** In our own words: the library's may quote the file, and with it secrets. */
const syntaxTexts: Readonly<Partial<Record<YAMLError['code'], SyntaxText>>> = {
  TAB_AS_INDENT: { message: 'a tab is used for indentation', hint: 'Indent with spaces.' },
  BAD_INDENT: {
    message: 'the indentation does not fit, or a bracket is not closed before this line',
    hint: 'Keys of one mapping begin in the same column.',
  },
  BLOCK_AS_IMPLICIT_KEY: keyForValue,
  MULTILINE_IMPLICIT_KEY: keyForValue,
  MISSING_CHAR: { message: 'a quote, bracket or colon is missing before this place' },
  BAD_SCALAR_START: {
    message: 'a text begins with a character that YAML keeps for itself',
    hint: 'Put the text in quotes.',
  },
  TAG_RESOLVE_FAILED: { message: 'YAML tags (!name) are not understood here', hint: 'Remove the tag.' },
  BAD_ALIAS: {
    message: 'a text begins with * or & and is read as a YAML alias',
    hint: 'Put the text in quotes.',
  },
  RESOURCE_EXHAUSTION: { message: 'the file is nested too deeply to be read' },
};

function syntaxMessage({ code }: YAMLError): SyntaxText {
  return syntaxTexts[code] ?? { message: `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})` };
}

/** What each alias stands for, as one list within limits. Undefined where the limits do not hold. */
function readAliases(
  document: Document.Parsed,
  placeOf: (node: unknown) => Place,
  problems: ProblemList,
): ReadonlyMap<Alias, Node> | undefined {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let refused = false;
  const refuse = (node: unknown, message: string, hint?: string) => {
    refused = true;
    problems.error('CW-1014', placeOf(node), message, hint);
  };
  visit(document, {
    Pair(_key, pair: Pair) {
      if (isScalar(pair.key) && pair.key.value === '<<') {
        refuse(pair.key, 'merge keys (<<) are not read', 'Write the keys out.');
      }
    },
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return undefined;
      }
      if (targets.size >= aliasesMax) {
        refuse(node, `more than ${aliasesMax} aliases`, 'Write the values out.');
        return visit.BREAK;
      }
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
      else {
        const hint = `A topic pattern that begins with * stands in quotes: "*${node.source.slice(0, 60)}".`;
        refuse(node, `the alias ${quoted(`*${node.source}`)} has no anchor before it`, hint);
      }
      return undefined;
    },
  });
  if (targets.size > 0 && !refused) checkAliasSizes(targets, refuse);
  return refused ? undefined : targets;
}

function checkAliasSizes(
  targets: ReadonlyMap<Alias, Node>,
  refuse: (node: unknown, message: string, hint?: string) => void,
): void {
  let nodes = 0;
  for (const [alias, target] of targets) {
    let nested = false;
    visit(target, {
      Node(_key, node) {
        nodes += 1;
        if (isAlias(node)) nested = true;
        return nested || nodes > aliasedNodesMax ? visit.BREAK : undefined;
      },
    });
    if (nested)
      return refuse(
        alias,
        `the alias ${quoted(`*${alias.source}`)} stands for something that holds an alias`,
      );
    if (nodes > aliasedNodesMax) return refuse(alias, 'the aliases of this file stand for too much');
  }
}

/** The key of a pair as text; undefined for lists and mappings as keys. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.value === null ? undefined : key.source;
}
