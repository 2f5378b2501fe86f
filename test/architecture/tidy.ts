// Rules that keep the tree tidy: sizes, names, headers, leftovers. Each returns findings with what to do
// instead.
import { type Finding, lineAt, type SourceFile } from './source/source-file.ts';

export const fileLinesMax = 500;
export const lineColumnsMax = 110;

const vagueNames = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'impl', 'misc', 'shared'];

/** Too long a file or line. */
export function checkSizes({ path, text }: SourceFile): Finding[] {
  const lines = text.split('\n');
  const findings = lines.flatMap((line, index) =>
    line.length > lineColumnsMax
      ? [
          {
            path,
            line: index + 1,
            message: `has ${line.length} columns; at most ${lineColumnsMax}: break it`,
          },
        ]
      : [],
  );
  const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (count > fileLinesMax) {
    findings.push({
      path,
      line: count,
      message: `has ${count} lines; at most ${fileLinesMax}: divide it by subject`,
    });
  }
  return findings;
}

/** Names of files and folders that say nothing, and names in another form than words-with-hyphens. */
export function checkNames(path: string): Finding[] {
  const findings: Finding[] = [];
  const parts = path.split('/');
  const stem = (parts.pop() as string).replace(/(\.(broker|fuzz|java|unit))?(\.test)?\.(ts|mjs)$/, '');
  for (const name of [...parts, stem]) {
    const vague = name.split(/[-_.]/).find((word) => vagueNames.includes(word.toLowerCase()));
    if (vague !== undefined) {
      findings.push({
        path,
        line: 1,
        message: `is called "${vague}", which tells nothing: name it after what it does`,
      });
    }
    if (!/^\.?[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
      findings.push({ path, line: 1, message: `${name}: write names of files as words-with-hyphens` });
    }
  }
  return findings;
}

/** A file begins with 1 to 4 lines that say what it is. */
export function checkHeader({ path, text }: SourceFile): Finding[] {
  const lines = text.split('\n');
  const first = lines[0]?.startsWith('#!') ? 1 : 0;
  let end = first;
  while (lines[end]?.startsWith('//')) end += 1;
  const count = end - first;
  if (count >= 1 && count <= 4) return [];
  const message = `begins with ${count} lines of comment: say in 1 to 4 lines what the file is for`;
  return [{ path, line: 1, message }];
}

const leftovers: readonly { readonly what: RegExp; readonly instead: string }[] = [
  { what: /\b(?:TODO|FIXME|XXX|HACK)\b/g, instead: 'do it, or write an issue' },
  {
    what: /@ts-(?:ignore|nocheck)/g,
    instead: 'give it the right type; `@ts-expect-error` with a reason if there is none',
  },
  { what: /(?:oxlint|eslint)-disable(?!.* -- )/g, instead: 'write ` -- ` and the reason behind it' },
];

/** Comments that were meant to go away. */
export function checkLeftovers({ path, comments }: SourceFile): Finding[] {
  return leftovers.flatMap(({ what, instead }) =>
    [...comments.matchAll(what)].map(({ index, 0: found }) => ({
      path,
      line: lineAt(comments, index),
      message: `has a leftover ${found}: ${instead}`,
    })),
  );
}

const habits: readonly { readonly what: RegExp; readonly message: string }[] = [
  {
    what: /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}/g,
    message:
      'catches an error and drops it: handle it, pass it on, or test for the one code that is expected',
  },
  {
    what: /\.catch\(\s*(?:\([^)]*\)|\w+)\s*=>\s*(?:\{\s*\}|undefined|null|void 0)\s*,?\s*\)/g,
    message: 'drops a rejection: handle it, pass it on, or test for the one code that is expected',
  },
  {
    what: /(?<![\w$.])(?:test|it|describe|suite)\.only\b|[{,]\s*only\s*:\s*true\b/g,
    message: 'runs only this test: remove `only`',
  },
  {
    what: /(?<![\w$.])(?:test|it|describe|suite)\.skip\b|[{,]\s*skip\s*:\s*true\b|\bt\.skip\(\s*\)/g,
    message: 'skips without a reason: write `skip: "the reason"` or t.skip("the reason")',
  },
  {
    what: /(?<![\w$.])(?:const|let)\s+(?:timeout|delay|interval|duration)\b/g,
    message: 'names a time without its unit: end the name in Ms or Seconds',
  },
  {
    what: /\b(?:timeout|delay|interval)\??:\s*number\b/g,
    message: 'names a time without its unit: end the name in Ms or Seconds',
  },
  {
    what: /\b(?:enum|namespace)\s+[A-Z]\w*\s*\{/g,
    message: 'is not erasable TypeScript: use an `as const` array with a union type',
  },
];

/** Habits in code that lead to silent stops, dead tests or unclear names. */
export function checkHabits({ path, code }: SourceFile): Finding[] {
  return habits.flatMap(({ what, message }) =>
    [...code.matchAll(what)].map(({ index }) => ({ path, line: lineAt(code, index), message })),
  );
}

/** Words that the glossary replaces, in names and comments. */
export function checkWords({ path, code, comments }: SourceFile): Finding[] {
  const findings: Finding[] = [];
  for (const part of [code, comments]) {
    for (const { index, 0: found } of part.matchAll(/\w*(?:upstream|downstream)\w*|\bdst[A-Z]?\w*/gi)) {
      findings.push({
        path,
        line: lineAt(part, index),
        message: `says ${found}: the words are source and target`,
      });
    }
  }
  return findings;
}

const places: readonly { readonly what: RegExp; readonly message: string }[] = [
  {
    what: /(?:^|[\s"'`(=:])\/(?:work|home|root|Users|mnt)\/\w+/gm,
    message: 'names a folder of one machine: use a relative path',
  },
  {
    what: /\/tmp\/\w+/g,
    message: 'names a folder of one machine: use the temporary folder that the system tells',
  },
  { what: /"resolved":/g, message: 'names a registry: install with `omit-lockfile-registry-resolved`' },
  {
    what: /\b(?:registry\.npmjs\.org|repo1?\.maven\.[a-z.]+|\w+\.jfrog\.io)\b/g,
    message: 'names a registry: leave it to the machine',
  },
];

/** Traces of the machine that it was written on. */
export function checkPlaces({ path, text }: { path: string; text: string }): Finding[] {
  return places.flatMap(({ what, message }) =>
    [...text.matchAll(what)].map(({ index, 0: found }) => ({
      path,
      line: lineAt(text, index + 1),
      message: `${found.trim()}: ${message}`,
    })),
  );
}

/** Both sides of a merge that nobody has brought together. */
export function checkMerges({ path, text }: { path: string; text: string }): Finding[] {
  return [...text.matchAll(/^(?:<{7}|>{7}) /gm)].map(({ index }) => ({
    path,
    line: lineAt(text, index),
    message: 'a merge was not finished here',
  }));
}

/** Folders of code that the file map of ARCHITECTURE.md does not name. */
export function checkFileMap(architecture: string, folders: readonly string[]): Finding[] {
  const map = architecture.split(/^## /m).find((part) => part.startsWith('File map')) ?? '';
  return folders
    .filter((folder) => !map.includes(`\`${folder}/\``))
    .map((folder) => ({
      path: 'ARCHITECTURE.md',
      line: 1,
      message: `its file map does not name \`${folder}/\``,
    }));
}
