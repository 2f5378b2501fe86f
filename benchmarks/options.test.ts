// What the command line means, and how its mistakes are named.
import assert from 'node:assert/strict';
import test from 'node:test';
import { workContenders } from './mirrormaker/work.ts';
import { isWanted, parseOptions } from './options.ts';

test('the full run has all parts, all shapes, three rounds', () => {
  const options = parseOptions(['mirrormaker']);
  assert.deepEqual(options.parts, ['work', 'latency', 'long-link']);
  assert.equal(options.shapes.length, 7);
  assert.equal(options.rounds, 3);
});

test('--quick leaves out latency and repeats nothing, unless told', () => {
  assert.deepEqual(parseOptions(['mirrormaker', '--quick']).parts, ['work']);
  assert.equal(parseOptions(['mirrormaker', '--quick']).rounds, 1);
  assert.deepEqual(parseOptions(['mirrormaker', '--quick', '--part', 'long-link']).parts, ['long-link']);
});

test('another checkout is measured alone, in the shapes that have goals, several times', () => {
  const options = parseOptions(['mirrormaker', '--against', '../other']);
  assert.deepEqual([options.parts, options.rounds, options.against], [['work'], 5, '../other']);
  assert.deepEqual(options.shapes, parseOptions(['mirrormaker', '--quick']).shapes);
  assert.deepEqual(
    options.variants.map(({ name, folder }) => [name, folder]),
    [['against', '../other']],
  );
  const names = workContenders(options).map(({ name }) => name);
  assert.deepEqual(names, ['causeway', 'causeway-against']);
});

test('mistakes are named', () => {
  for (const other of ['--part', '--contender']) {
    assert.throws(() => parseOptions(['mirrormaker', '--against', '..', other, 'work']), /leave out --part/);
  }
  assert.throws(() => parseOptions([]), /only scenario/);
  assert.throws(() => parseOptions(['mirrormaker', '--shape', 'huge']), /--shape huge: one of 1kb-plain/);
  assert.throws(() => parseOptions(['mirrormaker', '--rounds', '0']), /--rounds 0/);
  assert.throws(() => parseOptions(['mirrormaker', '--rounds', '1.5']), /--rounds 1.5/);
  assert.throws(() => parseOptions(['mirrormaker', '--source', 'a:1']), /go together/);
});

test('a filter chooses by whole words of a name', () => {
  assert.equal(isWanted('mirrormaker-1', []), true);
  assert.equal(isWanted('mirrormaker-1', ['mirrormaker']), true);
  assert.equal(isWanted('mirrormaker-1', ['mirrormaker-1']), true);
  assert.equal(isWanted('mirrormaker-1', ['mirror']), false);
  assert.equal(isWanted('relay', ['causeway']), false);
});
