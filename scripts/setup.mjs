#!/usr/bin/env node
// Makes a clone ready to run: npm packages (with Node 24) and, with --jars, Kafka's jars; --tests adds those
// that only tests need. Runs before `npm start` and `npm test`. Plain JavaScript for Node 20 and newer; it
// looks at the whole machine before any long work begins.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installPackages, projectNode } from './setup/install.mjs';
import { withLock } from './setup/lock.mjs';
import { findMissing } from './setup/machine.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const wantsJars = process.argv.includes('--jars');
const wantsCompiler = process.argv.includes('--jdk');
const wantsTestJars = process.argv.includes('--tests');

const { missing, warnings } = findMissing({ root, wantsJars, wantsCompiler, wantsTestJars });
for (const warning of warnings) process.stderr.write(`! ${warning}\n`);
if (missing.length > 0) {
  process.stderr.write('\nThis machine lacks something that Causeway needs:\n');
  for (const { what, how } of missing)
    process.stderr.write(`\n  ✖ ${what}\n    ${how.split('\n').join('\n    ')}\n`);
  process.stderr.write('\nThen start the same command again.\n');
  process.exit(1);
}

try {
  await withLock(root, () => prepare());
} catch (error) {
  process.stderr.write(`\n✖ ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function prepare() {
  installPackages(root);
  if (!wantsJars) return;
  const done = spawnSync(projectNode(root), ['lab/ensure-jars.ts', ...(wantsTestJars ? ['--tests'] : [])], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error('Kafka’s jars could not be made ready; the reason stands above.');
}
