// docs/reference/errors.md: every code with its meaning and the next step.
import type { ErrorEntry } from '../../src/base/error-entry.ts';
import { exitCodeMeaning } from '../../src/cli/exit-codes.ts';
import { generatedNote, table } from './markdown.ts';

const areas: Readonly<Record<string, string>> = {
  1: 'Configuration',
  2: 'Mirror',
  3: 'Connections and clusters',
  4: 'Ledger',
  5: 'Lab',
  6: 'Command line',
  9: 'Internal',
};

export function errorsPage(catalog: Readonly<Record<string, ErrorEntry>>): string {
  const parts = [
    generatedNote('src/base/error-catalog.ts'),
    '# Error codes\n',
    'Whatever goes wrong says a code, where it happened, and what to do. `causeway explain CW-2007` ' +
      'tells the same as',
    'this page. A code that was published keeps its meaning for ever.\n',
  ];
  for (const [digit, area] of Object.entries(areas)) {
    const entries = Object.entries(catalog)
      .filter(([code]) => code.startsWith(`CW-${digit}`))
      .sort(([one], [other]) => one.localeCompare(other));
    if (entries.length === 0) continue;
    parts.push(`## ${area}\n`);
    for (const [code, { title, explanation, next }] of entries) {
      parts.push(`### ${code}: ${title}\n`, `${explanation}\n`, `**Next:** ${next}\n`);
    }
  }
  const exits = Object.entries(exitCodeMeaning).map(([code, meaning]) => [code, meaning]);
  parts.push('## Exit codes of commands\n', table(['code', 'meaning'], exits), '');
  return parts.join('\n');
}
