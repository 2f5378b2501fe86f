// What the fillers' command line means, and how its mistakes are named.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseOptions } from './options.ts';

test('without options all is measured once, in the sizes of the goals', () => {
  const options = parseOptions([]);
  assert.deepEqual(options?.parts, ['direct', 'prefix', 'coordinated']);
  assert.deepEqual(
    [options?.holes, options?.prefix, options?.holesCoordinated, options?.rounds],
    [2_000_000, 50_000_000, 2_000, 1],
  );
});

test('parts and sizes are chosen, and help is no run', () => {
  const options = parseOptions(['--part', 'prefix', '--part', 'direct', '--holes', '500', '--rounds', '3']);
  assert.deepEqual([options?.parts, options?.holes, options?.rounds], [['prefix', 'direct'], 500, 3]);
  assert.equal(parseOptions(['--holes', '0', '--help']), undefined);
});

test('mistakes are named', () => {
  assert.throws(() => parseOptions(['--part', 'all']), /--part all: one of direct, prefix, coordinated/);
  assert.throws(() => parseOptions(['--prefix', '0']), /--prefix 0: a number above 0/);
  assert.throws(() => parseOptions(['--holes', '1.5']), /--holes 1.5/);
  assert.throws(() => parseOptions(['direct']), /Unexpected argument/);
});
