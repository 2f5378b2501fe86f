// The commands of the documents that need neither brokers nor a topology are run; of all others, the code is
// loaded.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test from 'node:test';
import { promisify } from 'node:util';
import type { CommandSpec } from '../../src/cli/spec.ts';
import { commandSpecs } from '../../src/cli/specs/all.ts';
import { commandsIn, documents } from './documents.ts';
import { root } from './source/tree.ts';

const run = promisify(execFile);

const cheap = [
  ...new Set(
    documents()
      .flatMap(commandsIn)
      .map(({ text }) => text),
  ),
].filter((command) => /^node bin\/causeway (?:--help|--version|explain|generate)\b/.test(command));

const leavesOf = (specs: readonly CommandSpec[]): CommandSpec[] =>
  specs.flatMap((spec) => (spec.commands === undefined ? [spec] : leavesOf(spec.commands)));

test('the documents hold commands that can be run anywhere', () => assert.ok(cheap.length >= 2));

for (const command of cheap) {
  test(`runs: ${command}`, async () => {
    const { stdout } = await run(process.execPath, command.split(' ').slice(1), { cwd: root });
    assert.notEqual(stdout, '');
  });
}

test('the code of every command loads', async () => {
  for (const { name, load } of leavesOf(commandSpecs)) {
    assert.equal(typeof (await load?.())?.run, 'function', name);
  }
});
