// What the documents say that can be checked: links, commands, settings files, paths and codes, with their
// places.
import { listTree, readText } from './source/tree.ts';

export interface Said {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

interface Block extends Said {
  readonly language: string;
}

/** The project's own documents; the generated reference is held to the code by a test of its own. */
export function documents(): string[] {
  return listTree().filter((name) => name.endsWith('.md') && !name.startsWith('docs/reference/'));
}

/** Fenced blocks of a document, with the line on which their text begins. */
export function blocksOf(path: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of readText(path).split('\n').entries()) {
    const fence = /^\s*```(\S*)/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] ?? '', line: index + 2, lines: [] };
    else {
      blocks.push({ path, line: open.line, language: open.language, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return blocks;
}

/**
 * Commands that a document tells people to run: lines of fenced blocks that begin with one of our programs.
 */
export function commandsIn(path: string): Said[] {
  return blocksOf(path).flatMap(({ line, text }) =>
    text.split('\n').flatMap((row, index) => {
      const command = row
        .replace(/^\$ /, '')
        .replace(/\s+#.*$/, '')
        .trim();
      const isOurs = /^(?:node bin\/causeway|causeway|npm)(?:\s|$)/.test(command);
      return isOurs ? [{ path, line: line + index, text: command }] : [];
    }),
  );
}

/** Targets of links that stay in the repository, without their anchors. */
export function linksIn(path: string): Said[] {
  return matchesIn(path, /\]\(([^)\s#]+)(?:#[^)]*)?\)/g).filter(({ text }) => !/^[a-z]+:/.test(text));
}

/** Paths of the repository in backticks. */
export function pathsIn(path: string): Said[] {
  return matchesIn(path, /`((?:src|lab|test|docs|scripts|benchmarks|bin|changes)\/[\w./-]*)`/g);
}

export function codesIn(path: string): Said[] {
  return matchesIn(path, /\b(CW-\d{4})\b/g);
}

export function metricsIn(path: string): Said[] {
  return matchesIn(path, /\b(causeway_[a-z_]+)\b/g);
}

function matchesIn(path: string, pattern: RegExp): Said[] {
  return readText(path)
    .split('\n')
    .flatMap((row, index) =>
      [...row.matchAll(pattern)].map((match) => ({ path, line: index + 1, text: match[1] as string })),
    );
}
