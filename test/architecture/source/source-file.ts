// One file of the tree as the architecture tests see it, and how places in it are named.
import { type Masked, mask } from './mask.ts';

export interface SourceFile extends Masked {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** What is wrong, where, and what to do instead. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** A file from its text; also the way to make one by hand in the tests of the rules. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, ...mask(text) };
}

/** The line, counted from 1, of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < position; index = text.indexOf('\n', index + 1))
    line += 1;
  return line;
}

/** `path:line message`, one per line, sorted; the form in which a failing test shows them. */
export function findingsText(findings: readonly Finding[]): string {
  return findings
    .map(({ path, line, message }) => `${path}:${line} ${message}`)
    .sort()
    .join('\n');
}

/**
 * Whether the file only runs in tests: a test itself, or what is named `…-for-tests.ts`, or the test folder.
 */
export function isForTests(path: string): boolean {
  return path.endsWith('.test.ts') || path.endsWith('-for-tests.ts') || path.startsWith('test/');
}
