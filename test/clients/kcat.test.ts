// kcat's output in the test's own format: keys and values may hold anything.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordsIn } from './kcat.ts';

const bytesOf = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

test('keys and values with line ends and ones in them, null and empty ones', () => {
  const odd = Buffer.from([1, 10, 0, 255]);
  const output = bytesOf(
    '5 1700 4 4\n',
    odd,
    odd,
    'a=b,c=NULL\u0001',
    '7 1701 -1 0\n\u0001',
    '9 -1 0 -1\n\u0001',
  );
  const both = odd.toString('base64');
  assert.deepEqual(
    [...recordsIn(output)],
    [
      { offset: 5, timestamp: 1_700, key: both, value: both, headers: 'a=b,c=NULL' },
      { offset: 7, timestamp: 1_701, key: null, value: '', headers: '' },
      { offset: 9, timestamp: -1, key: '', value: null, headers: '' },
    ],
  );
});

test('output that ends within a record is refused', () => {
  assert.throws(() => [...recordsIn(Buffer.from('5 1700 1 1\nkv'))], /ends within a record, at byte 0/);
});
