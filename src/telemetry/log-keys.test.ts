// The fields of log lines have one meaning each: every call in the code uses keys of the list.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { logKeys } from './log-keys.ts';

const sourceFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Keys of the object literals that are the first argument of a call on a log, with the files they stand in.
 */
function keysInCode(): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const path of readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
    const text = readFileSync(join(sourceFolder, path), 'utf8');
    for (const [, literal = ''] of text.matchAll(/\blog\.(?:debug|info|warn|error)\(\s*\{([^}]*)\}/g)) {
      for (const part of literal.split(/,(?![^(]*\))/)) {
        const key = /^\s*(?:\.\.\.\(?)?\s*([A-Za-z]+)\s*(?::|$)/.exec(part)?.[1];
        if (key !== undefined && !part.includes('...')) keys.set(key, [...(keys.get(key) ?? []), path]);
      }
    }
  }
  return keys;
}

test('every key of a log line is in the list', () => {
  const unknown = [...keysInCode()].filter(([key]) => !Object.hasOwn(logKeys, key));
  assert.deepEqual(unknown, []);
});

test('the search finds the calls', () => {
  const found = keysInCode();
  for (const key of ['region', 'error', 'topic']) assert.ok(found.has(key), key);
});

test('the list is sorted, and each meaning is its own', () => {
  const keys = Object.keys(logKeys);
  assert.deepEqual(keys, keys.toSorted());
  assert.equal(new Set(Object.values(logKeys)).size, keys.length);
});
