// The part of a page of docs/operating that tells of troubles: from the same data as the test, and what the
// operator was told in it.
import assert from 'node:assert/strict';
import { wrapText } from '../../src/cli/output/wrap-text.ts';
import { WrittenPart } from '../fixtures/written-part.ts';
import type { Trouble } from './trouble.ts';

const columns = 118;

/** `told`: title → what `causeway mirrors explain` printed. */
export function checkPage(
  page: string,
  troubles: readonly Trouble[],
  told: ReadonlyMap<string, string>,
): void {
  const text = troubles
    .map((trouble, at) => {
      const lines = (told.get(trouble.title) ?? '').split('\n');
      return sectionOf(trouble, lines.filter((line) => at === 0 || isTelling(line, trouble)).join('\n'));
    })
    .join('');
  const part = new WrittenPart(`docs/operating/${page}`, 'test/trouble');
  if (process.env['CAUSEWAY_WRITE_TROUBLE_PAGES'] === '1') part.write(text);
  assert.equal(part.text, text, 'run this test again with CAUSEWAY_WRITE_TROUBLE_PAGES=1');
}

/** What is as it should be is shown once; where nothing is to be done, the verdict is enough. */
const isTelling = (line: string, { steps, topic }: Trouble): boolean => {
  if (steps.length > 0) return !line.startsWith('  ✓');
  return !line.startsWith(' ') || line.trimStart().startsWith(`${topic}-`);
};

function sectionOf({ title, topic, what, lost, steps, after }: Trouble, told: string): string {
  const commands = steps.map(({ shown }) => shown).join('\n');
  return [
    `### ${title}`,
    paragraph(what),
    fenced(`$ causeway mirrors explain ${topic}\n${told}`),
    paragraph(`**What is lost:** ${lost}`),
    steps.length === 0 ? '**What to do:** nothing.' : `**What to do:**\n\n${fenced(commands)}`,
    ...(after === undefined ? [] : [paragraph(after)]),
  ]
    .map((part) => `\n${part}\n`)
    .join('');
}

const fenced = (text: string) => `\`\`\`\n${text}\n\`\`\``;
const paragraph = (text: string) => wrapText(text, columns).join('\n');
