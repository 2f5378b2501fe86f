// The nearest file of a name, upward.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFileUpward } from './find-file.ts';

const among = (files: readonly string[]) => (path: string) => files.includes(path);

test('the nearest one counts, and the root is the last place', () => {
  const find = (folder: string, ...files: string[]) => findFileUpward('c.yaml', folder, among(files));
  assert.equal(find('/a/b/c', '/a/b/c.yaml', '/a/c.yaml'), '/a/b/c.yaml');
  assert.equal(find('/a/b/c', '/c.yaml'), '/c.yaml');
  assert.equal(find('/', '/c.yaml'), '/c.yaml');
  assert.equal(find('/a/b', '/a/b/c/c.yaml', '/x/c.yaml'), undefined);
});
