// What the setup says about a machine: the versions it accepts, and the way to mend each lack.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCompiler, checkJava, checkMemory, checkNode } from './machine.mjs';

test('Node from 20 on is enough', () => {
  assert.equal(checkNode('20.19.0'), undefined);
  assert.equal(checkNode('24.1.0'), undefined);
  assert.match(checkNode('18.20.1')?.what ?? '', /20 or newer: this is 18\.20\.1/);
});

test('Java from 17 on is enough, in every way that it tells its version', () => {
  assert.equal(checkJava('openjdk version "17.0.15" 2025-04-15\n'), undefined);
  assert.equal(checkJava('java version "21" 2023-09-19 LTS\n'), undefined);
  assert.match(checkJava('openjdk version "11.0.2"\n')?.what ?? '', /found openjdk version "11\.0\.2"/);
  assert.match(checkJava('java version "1.8.0_392"\n')?.what ?? '', /1\.8\.0_392/);
  assert.match(checkJava(undefined)?.what ?? '', /no java on the PATH/);
  assert.match(checkJava('something else')?.what ?? '', /found something else/);
});

test('every lack comes with the way to mend it', () => {
  for (const lack of [
    checkNode('1.0.0'),
    checkJava(undefined),
    checkCompiler(undefined),
    checkMemory(100).missing,
  ]) {
    assert.ok(lack !== undefined && lack.how.length > 20, lack?.what);
  }
});

test('little memory is a warning, too little a lack', () => {
  assert.deepEqual(checkMemory(8000), {});
  assert.match(checkMemory(2000).warning ?? '', /2000 MiB of memory are free/);
  assert.match(checkMemory(1000).missing?.what ?? '', /1000 MiB of memory are free/);
});
