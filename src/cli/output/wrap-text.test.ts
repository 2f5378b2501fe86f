// Sentences broken into lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapText } from './wrap-text.ts';

test('lines end at blanks, and a longer word stands alone', () => {
  assert.deepEqual(wrapText('one  two three', 8, ' '), [' one two', ' three']);
  assert.deepEqual(wrapText('a abcdefghij b', 5), ['a', 'abcdefghij', 'b']);
  assert.deepEqual(wrapText(' ', 5), []);
});

test('a command between backquotes is not broken, whatever stands around it', () => {
  const text = 'give it by (`kafka-acls.sh --add --topic orders`). Then wait';
  assert.deepEqual(wrapText(text, 20), [
    'give it by',
    '(`kafka-acls.sh --add --topic orders`).',
    'Then wait',
  ]);
  assert.deepEqual(wrapText('an odd ` alone here', 10), ['an odd `', 'alone here']);
});
