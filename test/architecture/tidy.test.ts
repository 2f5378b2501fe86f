// Holds the tree to the rules of tidy.ts and homes.ts.
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import test from 'node:test';
import { checkHomes } from './homes.ts';
import { findingsText } from './source/source-file.ts';
import { isCode, listTree, readCode, readText, readTexts } from './source/tree.ts';
import {
  checkFileMap,
  checkHabits,
  checkHeader,
  checkLeftovers,
  checkMerges,
  checkNames,
  checkPlaces,
  checkSizes,
  checkWords,
} from './tidy.ts';

const files = readCode();

test('the tree has code to look at', () => assert.ok(files.length > 50, `only ${files.length} files`));

test('files and lines are short enough', () => assert.equal(findingsText(files.flatMap(checkSizes)), ''));

test('names of files and folders tell something', () => {
  assert.equal(findingsText(listTree().filter(isCode).flatMap(checkNames)), '');
});

test('each file says at its top what it is for', () =>
  assert.equal(findingsText(files.flatMap(checkHeader)), ''));

test('no leftovers', () => assert.equal(findingsText(files.flatMap(checkLeftovers)), ''));

test('no swallowed errors, no test alone or asleep, no time without a unit', () => {
  assert.equal(findingsText(files.flatMap(checkHabits)), '');
});

test('one word, one meaning', () => assert.equal(findingsText(files.flatMap(checkWords)), ''));

test('time, randomness, sockets, environment and output stay in their homes', () => {
  assert.equal(findingsText(files.flatMap(checkHomes)), '');
});

test('nothing in the tree names a machine or a registry', () => {
  const texts = readTexts().filter(
    ({ path }) => !path.startsWith('test/architecture/') && path !== 'LICENSE',
  );
  assert.equal(findingsText(texts.flatMap(checkPlaces)), '');
});

test('no merge was left unfinished', () => {
  assert.equal(findingsText(readTexts().flatMap(checkMerges)), '');
});

test('the file map of ARCHITECTURE.md names every folder of code', () => {
  const folders = [...new Set(files.map(({ path }) => posix.dirname(path)))].filter(
    (folder) => folder !== '.',
  );
  assert.equal(findingsText(checkFileMap(readText('ARCHITECTURE.md'), folders)), '');
});
