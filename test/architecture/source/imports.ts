// What a file imports: static, dynamic, type-only and re-exporting imports, and `import('…')` in types.
import path from 'node:path';
import { lineAt, type SourceFile } from './source-file.ts';

export interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Path in the repository of a relative import; `undefined` for packages and for Node's own modules. */
  readonly target: string | undefined;
  readonly line: number;
  readonly reExports: boolean;
}

const patterns: readonly { readonly pattern: RegExp; readonly reExports: boolean }[] = [
  { pattern: /(?<![\w$.])import\s+(?:type\s+)?(?:[\w$*{}\s,]+?\sfrom\s*)?(['"])/g, reExports: false },
  { pattern: /(?<![\w$.])import\s*\(\s*(['"])/g, reExports: false },
  {
    pattern: /(?<![\w$.])export\s+(?:type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})\s*from\s*(['"])/g,
    reExports: true,
  },
  { pattern: /new\s+URL\s*\(\s*(['"])(?=[^)]*import\.meta\.url)/g, reExports: false },
];

/**
 * All imports of a file in the order of the patterns above. Program files named by `new URL(…)` count as
 * imports.
 */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  for (const { pattern, reExports } of patterns) {
    for (const match of file.code.matchAll(pattern)) {
      const quote = match.index + match[0].length - 1;
      const end = file.code.indexOf(match[1] as string, quote + 1);
      const specifier = file.text.slice(quote + 1, end);
      if (match[0].startsWith('new') && !/\.(ts|mjs)$/.test(specifier)) continue;
      found.push({
        from: file.path,
        specifier,
        target: specifier.startsWith('.')
          ? path.posix.join(path.posix.dirname(file.path), specifier)
          : undefined,
        line: lineAt(file.code, match.index),
        reExports,
      });
    }
  }
  return found;
}
