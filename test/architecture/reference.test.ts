// The generated pages of docs/reference say what the code says; `npm run reference` writes them anew.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { referencePages } from '../../scripts/reference/pages.ts';
import { readText, root } from './source/tree.ts';

const pages = referencePages();

for (const { name, text } of pages) {
  test(`docs/reference/${name} is what the code declares`, () => {
    const kept = readText(`docs/reference/${name}`);
    assert.equal(kept, text, `docs/reference/${name} is out of date: run \`npm run reference\``);
  });
}

test('docs/reference holds generated pages and nothing else', () => {
  const kept = readdirSync(`${root}docs/reference`).sort();
  assert.deepEqual(kept, pages.map(({ name }) => name).sort());
});
