// Texts that would cost a parser much more than their length are refused by their tokens; large honest ones
// are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { depthMax, fileLengthMax, findExcess, tokensMax } from './text-limits.ts';

const tooDeep = 'is nested too deeply to be read';
const tooMany = `has more than ${tokensMax} pieces, which is more than can be read`;

test('a list of 300,000 topics and long texts are not too much', () => {
  assert.equal(findExcess(`topics:\n${'  - some.topic-name\n'.repeat(300_000)}`), undefined);
  assert.equal(findExcess(`a: "${'x'.repeat(fileLengthMax - 5)}"`), undefined);
  assert.equal(findExcess(`topics: [${'some.topic-name, '.repeat(300_000)}]`), undefined);
});

test('more characters than the maximum', () => {
  assert.match(findExcess('x'.repeat(fileLengthMax + 1)) ?? '', /^has 16777217 characters; at most 16777216/);
});

test('very many pieces, of whatever kind', () => {
  const kinds = ['- a\n', '#\n', '\n', '- &a x\n', '{}'];
  for (const kind of kinds) assert.equal(findExcess(kind.repeat(tokensMax + 1)), tooMany, kind);
});

test('nesting, by brackets and by signs on one line', () => {
  for (const kind of ['[', '{', '{a: [', '- ', '? ', '[{']) {
    assert.equal(findExcess(kind.repeat(100_000)), tooDeep, kind);
  }
});

test('nesting up to the maximum is read, and what follows each other is not nested', () => {
  assert.equal(findExcess('['.repeat(depthMax) + ']'.repeat(depthMax)), undefined);
  assert.equal(findExcess('['.repeat(depthMax + 1)), tooDeep);
  assert.equal(findExcess('a: [b]\n'.repeat(1_000)), undefined);
  assert.equal(findExcess(`a: {${'b: c, '.repeat(1_000)}}`), undefined);
});
