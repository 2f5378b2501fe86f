// What stands behind the end that a mirror should have: fillers too many are counted, records are not
// allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBatches } from '../../checkers/read-batches.ts';
import { plainBatch } from '../../fixtures/plain-batch.ts';
import { withoutSurplus } from './judge-mirror.ts';

const controlAttributes = 0x30;

function log(...kinds: readonly ('record' | 'filler')[]) {
  const views = kinds.map((kind, at) => {
    const offset = BigInt(at);
    const attributes = kind === 'filler' ? controlAttributes : 0;
    const bytes = plainBatch({ baseOffset: offset, recordCount: 1, attributes, payload: Buffer.alloc(0) });
    return { bytes, baseOffset: offset, lastOffset: offset };
  });
  return { batches: readBatches(views), start: 0, end: kinds.length };
}

test('fillers behind the end are ahead, and no part of what is judged', () => {
  const { ahead, log: judged } = withoutSurplus(log('record', 'filler', 'filler', 'filler'), 2);
  assert.deepEqual(
    [ahead, judged.end, judged.batches.map(({ isControl }) => isControl)],
    [2, 2, [false, true]],
  );
});

test('a log that ends early is judged as it is', () => {
  const whole = log('record', 'filler');
  assert.deepEqual(withoutSurplus(whole, 5), { ahead: 0, log: whole });
});

test('a record behind the end is found', () => {
  assert.throws(() => withoutSurplus(log('record', 'filler', 'record'), 2), /a record at 2, and .* end at 2/);
});
