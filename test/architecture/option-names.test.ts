// An option that is read by a name that nobody declares is never there, and nothing else would tell.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';

const reading = /\b(?:text|flag|list|duration|rate|integer)Option\(\s*[\w.]+,\s*'([^']+)'/g;

const declared = (command: Command): string[] => [
  ...command.options.map((option) => option.attributeName()),
  ...command.commands.flatMap(declared),
];

test('every option that a command reads is declared by that name', () => {
  const files = globSync('src/cli/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
  const read = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(reading)].map(([, name = '']) => ({ file, name })),
  );
  assert.ok(read.length > 30, 'the pattern no longer finds how options are read');
  const known = new Set(declared(buildProgram()));
  assert.deepEqual(
    read.filter(({ name }) => !known.has(name)),
    [],
  );
});
