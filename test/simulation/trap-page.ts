// docs/design/traps.md, made from the table of traps.
import type { Trap } from './trap-table.ts';

export function trapsPage(traps: readonly Trap[]): string {
  const rows = traps.map(({ name, harm, remedy, scenarios, bugs }) => {
    const files = [...new Set(scenarios.map(({ file }) => `\`${file}\``))].join(' ');
    return `| ${name} | ${harm} | ${remedy} | ${files} | ${bugs.join('; ')} |`;
  });
  return `<!-- Generated from test/simulation/trap-table.ts: \`npm run planted-bugs -- --table\`. -->

# Traps

Sequences of events that broke earlier designs of a mirror. Each is a scenario of the
[simulator](simulation.md) by its name, and with its remedy taken out a [planted bug](planted-bugs.md)
that its tests find.

| trap | what happens | remedy | scenario | remedy taken out |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
