// What the table of work and its goals say of shapes with holes, and of those without goals.
import assert from 'node:assert/strict';
import test from 'node:test';
import { workGoals } from './goals.ts';
import { workResult } from './result-for-tests.ts';
import { workText } from './work-report.ts';

const shape = '1kb-compacted';
const sizes = { records: 4_000_000, offsets: 8_000_000, bytes: 4.2e9 };
const results = [
  workResult('causeway', 0.5, { shape, ...sizes }),
  workResult('mirrormaker-1', 5, { shape, ...sizes }),
];

test('holes are told in the title, and the ratio stands in the table', () => {
  const [title = '', , causeway = ''] = workText(results, new Map([['causeway', 'Causeway']])).split('\n');
  assert.match(title, /\(4\.20 GB, 1050 B a record on the wire, 50\.0 % of the offsets are holes\)$/);
  assert.match(causeway, /^Causeway .* 10\.0$/);
  assert.doesNotMatch(workText([workResult('causeway', 1)], new Map()), /holes/);
});

test('a shape for which none is set has no ratio as a goal; memory counts all the same', () => {
  assert.deepEqual(
    workGoals(results).map(({ name }) => name),
    ['peak memory, MB'],
  );
});
