// `npm run planted-bugs`: plants each bug in a copy of the tree and runs every test that must find it.
// `--quick`: only the first test of each. `--table`: only writes docs/design/planted-bugs.md.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plantedBugs } from './bugs.ts';
import { checkBugs } from './check-bugs.ts';
import { plantedBugsPage } from './page.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== '--quick' && arg !== '--table');
  if (unknown.length > 0) {
    process.stderr.write(`unknown: ${unknown.join(' ')}; there are --quick and --table\n`);
    return 2;
  }
  writeFileSync(`${root}docs/design/planted-bugs.md`, plantedBugsPage(plantedBugs));
  if (args.includes('--table')) return 0;
  const startedMs = performance.now();
  const problems = await checkBugs(root, plantedBugs, {
    depth: args.includes('--quick') ? 'first' : 'all',
    onDone: (bug, found) => process.stdout.write(`${found.length === 0 ? '✔' : '✖'} ${bug.name}\n`),
  });
  for (const problem of problems) process.stderr.write(`\n✖ ${problem}`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`\n${plantedBugs.length} bugs planted, ${problems.length} problems, ${seconds} s\n`);
  return problems.length === 0 ? 0 : 1;
}
