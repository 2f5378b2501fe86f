// `npm run planted-bugs`: plants each bug in a copy of the tree and runs every test that must find it, or
// lets the simulator look for it.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { plantedBugs } from './bugs.ts';
import { checkBugs } from './check-bugs.ts';
import { commitOf } from '../fixtures/commit-of.ts';
import { keepSeed, readSeeds } from './killing-seeds.ts';
import { plantedBugsPage } from './page.ts';
import { trapsPage } from '../simulation/trap-page.ts';
import { traps } from '../simulation/trap-table.ts';
import { searchSeeds } from './search-seeds.ts';

const usage = `npm run planted-bugs -- [--quick | --table | --search | --seeds] [--only TEXT] [--minutes 60]

  plants each bug in a copy of the tree and runs every test that must find it
  --quick    only the first test of each
  --table    only writes docs/design/planted-bugs.md and docs/design/traps.md
  --search   lets the simulator run random worlds until one breaks, for at most --minutes for each bug, and
             writes down the seed; bugs that have one are left out, unless --again is given
  --seeds    runs the world of each bug’s seed, which must break
  --only     bugs whose names hold this text
`;

const root = fileURLToPath(new URL('../../', import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      search: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      seeds: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      minutes: { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || !(Number(values.minutes) > 0)) {
    say(usage);
    return values.help ? 0 : 2;
  }
  const bugs = plantedBugs.filter(({ name }) => name.includes(values.only));
  if (bugs.length === 0) {
    say(`no bug is named like "${values.only}"`);
    return 2;
  }
  if (values.search) return search(values.again ? bugs : withoutSeed(bugs), Number(values.minutes));
  if (values.seeds) return runSeeds(bugs);
  writePages();
  return values.table ? 0 : runTests(bugs, values.quick ? 'first' : 'all');
}

function withoutSeed(bugs: typeof plantedBugs): typeof plantedBugs {
  const seeds = readSeeds(bugs);
  return bugs.filter(({ name }) => !seeds.has(name));
}

function writePages(): void {
  writeFileSync(`${root}docs/design/planted-bugs.md`, plantedBugsPage(plantedBugs, readSeeds(plantedBugs)));
  writeFileSync(`${root}docs/design/traps.md`, trapsPage(traps));
}

async function runTests(bugs: typeof plantedBugs, depth: 'first' | 'all'): Promise<number> {
  const startedMs = performance.now();
  const problems = await checkBugs(root, bugs, {
    depth,
    onDone: (bug, found) => say(`${found.length === 0 ? '✔' : '✖'} ${bug.name}`),
  });
  for (const problem of problems) process.stderr.write(`\n✖ ${problem}`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`\n${bugs.length} bugs planted, ${problems.length} problems, ${seconds} s`);
  return problems.length === 0 ? 0 : 1;
}

/** What is found is written down at once: a search takes hours and may be interrupted. */
async function search(bugs: typeof plantedBugs, minutes: number): Promise<number> {
  const commit = commitOf();
  let missed = 0;
  await searchSeeds(root, bugs, {
    from: () => 1,
    worlds: Number.MAX_SAFE_INTEGER - 1,
    secondsMax: minutes * 60,
    onDone: (bug, found, seconds) => {
      say(`${found === undefined ? '✖' : `✔ seed ${found.seed}`} ${bug.name} (${seconds.toFixed(0)} s)`);
      if (found === undefined) {
        missed += 1;
        return;
      }
      keepSeed(bug, found, commit);
      writePages();
    },
  });
  say(`${bugs.length} bugs searched for, ${missed} not found`);
  return missed === 0 ? 0 : 1;
}

async function runSeeds(bugs: typeof plantedBugs): Promise<number> {
  const seeds = readSeeds(bugs);
  let missed = 0;
  await searchSeeds(
    root,
    bugs.filter(({ name }) => seeds.has(name)),
    {
      from: ({ name }) => seeds.get(name)?.seed ?? 1,
      worlds: 1,
      secondsMax: 600,
      onDone: ({ name }, found) => {
        say(`${found === undefined ? '✖' : '✔'} ${name}`);
        if (found === undefined) missed += 1;
      },
    },
  );
  return missed === 0 ? 0 : 1;
}
