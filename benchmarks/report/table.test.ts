// How tables look.
import assert from 'node:assert/strict';
import test from 'node:test';
import { shownCell, tableText } from './table.ts';

test('numbers keep three digits, and the unknown is a question mark', () => {
  assert.deepEqual([0.4876, 5.374, 13.94, 286.4, 0].map(shownCell), ['0.488', '5.37', '13.9', '286', '0']);
  assert.deepEqual([undefined, Number.NaN, Number.POSITIVE_INFINITY].map(shownCell), ['?', '?', '?']);
});

test('text to the left, numbers to the right, every column as wide as its widest cell', () => {
  const rows = [
    ['causeway', 0.5],
    ['relay', undefined],
    ['mirrormaker', 12],
  ];
  const expected = ['who           s/GB', 'causeway     0.500', 'relay            ?', 'mirrormaker   12.0'];
  assert.equal(tableText(['who', 's/GB'], rows), expected.join('\n'));
});
