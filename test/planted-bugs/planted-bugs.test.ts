// Every planted bug is caught by the first of its tests, bugs that no test finds are noticed, and the page is
// current.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { readText } from '../architecture/source/tree.ts';
import { plantedBugs } from './bugs.ts';
import { checkBugs } from './check-bugs.ts';
import { readSeeds } from './killing-seeds.ts';
import { plantedBugsPage } from './page.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [some] = plantedBugs;
assert.ok(some !== undefined);

test('each planted bug turns its first test red', async () => {
  assert.deepEqual(await checkBugs(root, plantedBugs, { depth: 'first' }), []);
});

test('a bug that does no harm is reported as not caught', async () => {
  const [edit] = some.edits;
  assert.ok(edit !== undefined);
  const harmless = { ...some, edits: [{ ...edit, replace: edit.search }] };
  assert.match((await checkBugs(root, [harmless], { depth: 'first' })).join(), /not caught by/);
});

test('a crash on loading is not taken for a catch', async () => {
  const [edit] = some.edits;
  assert.ok(edit !== undefined);
  const broken = { ...some, edits: [{ ...edit, replace: '???' }] };
  assert.match((await checkBugs(root, [broken], { depth: 'first' })).join(), /did not run to its end/);
});

test('a bug whose place is gone is reported with the file', async () => {
  const moved = { ...some, edits: [{ file: 'README.md', search: 'nowhere in the file', replace: '' }] };
  const problems = await checkBugs(root, [moved], { depth: 'first' });
  assert.match(problems.join(), /the code has moved on: README\.md holds 0 times, not once/);
});

test('docs/design/planted-bugs.md is made from the list', () => {
  const message = 'it is out of date: run `npm run planted-bugs -- --table`';
  assert.equal(
    readText('docs/design/planted-bugs.md'),
    plantedBugsPage(plantedBugs, readSeeds(plantedBugs)),
    message,
  );
});
