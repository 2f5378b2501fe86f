// docs/design/planted-bugs.md, made from the list of bugs.
import type { PlantedBug } from './planted-bug.ts';

export function plantedBugsPage(bugs: readonly PlantedBug[]): string {
  const rows = bugs.map(({ name, harm, edits, caughtBy }) => {
    const files = [...new Set(edits.map(({ file }) => `\`${file}\``))].join(' ');
    const catches = caughtBy.map(({ file, test }) => `“${test}” in \`${file}\``).join('; ');
    return `| ${name} | ${harm} | ${files} | ${catches} |`;
  });
  return `<!-- Generated from test/planted-bugs/bugs.ts: \`npm run planted-bugs -- --table\`. -->

# Planted bugs

Tests are worth as much as the bugs they find. Each of these bugs is planted in a copy of the tree; the
named tests must turn red, and be green without it. \`npm run planted-bugs\` runs them all; \`npm test\`
runs the first test of each.

| bug | what would happen | planted in | caught by |
|---|---|---|---|
${rows.join('\n')}
`;
}
