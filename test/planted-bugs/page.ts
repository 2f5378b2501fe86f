// docs/design/planted-bugs.md, made from the list of bugs and the seeds that the simulator has found.
import type { KillingSeed } from './killing-seeds.ts';
import type { PlantedBug } from './planted-bug.ts';

export function plantedBugsPage(
  bugs: readonly PlantedBug[],
  seeds: ReadonlyMap<string, KillingSeed>,
): string {
  const rows = bugs.map(({ name, harm, edits, caughtBy }) => {
    const files = [...new Set(edits.map(({ file }) => `\`${file}\``))].join(' ');
    const catches = caughtBy.map(({ file, test }) => `“${test}” in \`${file}\``).join('; ');
    return `| ${name} | ${harm} | ${files} | ${seeds.get(name)?.seed ?? ''} | ${catches} |`;
  });
  const found = bugs.filter(({ name }) => seeds.has(name)).length;
  return `<!-- Generated from test/planted-bugs/bugs.ts: \`npm run planted-bugs -- --table\`. -->

# Planted bugs

Tests are worth as much as the bugs they find. Each of these bugs is planted in a copy of the tree; the
named tests must turn red, and be green without it. \`npm run planted-bugs\` runs them all; \`npm test\`
runs the first test of each.

Those tests were written with their bug in mind. The simulator was not: \`npm run planted-bugs -- --search\`
lets it live through [random worlds](simulation.md), from seed 1 on, until one breaks that is whole without
the bug. It has found ${found} of ${bugs.length}. \`npm run planted-bugs -- --seeds\` runs each seed
again; with them stand what was said, and the commit whose simulator drew the world.

| bug | what would happen | planted in | seed | caught by |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
