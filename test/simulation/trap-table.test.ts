// Each trap has a scenario that runs and a planted bug that is caught, and the page about them is current.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../architecture/source/tree.ts';
import { plantedBugs } from '../planted-bugs/bugs.ts';
import type { PlantedBug } from '../planted-bugs/planted-bug.ts';
import { trapsPage } from './trap-page.ts';
import { traps } from './trap-table.ts';

for (const { name, scenarios, bugs } of traps) {
  test(`the trap ${name} has scenarios, and its remedy can be missed`, () => {
    assert.ok(scenarios.length > 0 && bugs.length > 0);
    for (const scenario of scenarios) {
      assert.ok(
        readText(scenario.file).includes(scenario.test),
        `${scenario.file} has no “${scenario.test}”`,
      );
    }
    const known = plantedBugs.filter((bug) => bugs.includes(bug.name));
    assert.deepEqual(
      bugs.filter((bug) => !known.some((each) => each.name === bug)),
      [],
    );
    const isCaught = ({ file, test: caught }: PlantedBug['caughtBy'][number]) =>
      scenarios.some((scenario) => scenario.file === file && caught.startsWith(scenario.test));
    assert.ok(
      known.some(({ caughtBy }) => caughtBy.some(isCaught)),
      'none of its scenarios catches any of its bugs',
    );
  });
}

test('docs/design/traps.md is made from the table', () => {
  const message = 'it is out of date: run `npm run planted-bugs -- --table`';
  assert.equal(readText('docs/design/traps.md'), trapsPage(traps), message);
});
