// docs/operating/versions.md, made from the reports and from what is known to differ. Pure.
import { testedVersions } from '../../lab/kafka-versions.ts';
import { table } from '../../scripts/reference/markdown.ts';
import { apis } from '../../src/kafka/wire/api.ts';
import type { Range } from './cluster-features.ts';
import { type Difference, differences } from './differences.ts';
import type { RowReport } from './report.ts';
import { nameOf, type Row, rowsOf } from './rows.ts';

export function versionsPage(reports: readonly RowReport[]): string {
  const [oldest, newest] = [testedVersions[0], testedVersions.at(-1)].map(lineOf);
  return `<!-- Generated from test/compatibility by \`npm run compatibility\`. Change it there. -->

# Versions of Kafka

Causeway mirrors between clusters of Apache Kafka ${oldest} to ${newest} (KRaft), the same at both ends or
different ones, and while brokers are upgraded one by one. It has no setting for that: with each broker it
speaks the newest version of a call that both know. Older versions are not tested; a broker that lacks a
call is refused by name, CW-3006.

## What was run

For two clusters, the broker tests of the mirror, of the ledger and of the controller, and the way of an
operator through \`plan\`, \`apply\`, \`serve\` and \`verify\`; for each version alone also the comparison of
our model of a broker with a real one. For a rolling upgrade, three brokers at each end are stopped and
started in the new version one after the other, on their data and under traffic, the target first; then the
features of the release are raised, as \`kafka-features upgrade\` does. Both logs are compared completely
before and after that.

${table(['source', 'target', 'what', 'result', 'tests', 'of'], sorted(reports).map(rowOf))}

\`npm run compatibility\` runs what has no report of the present tree. \`npm test\` mirrors between ${oldest}
and the usual version of the lab, in both directions, and upgrades the older end under traffic.

## What differs

${table(['where', 'what', 'what Causeway does'], differences.map(cellsOf))}

Versions of the calls that the byte path sends, as each version of Kafka lets it; the others are the same
everywhere:

${callsTable(reports)}

## Upgrading your clusters

Either end first, at any time, broker by broker as Kafka’s own guide says; nothing has to be paused and
nothing set in Causeway. Wait until all replicas are in sync before the next broker. A broker that is being
restarted may show as CW-2021 or CW-2022 for a moment, which passes by itself. Features can be raised at
once, later, or never. Afterwards \`causeway verify --all\` compares both sides.
`;
}

/** In the order of the plan; rows of other versions after it. */
export function sorted(reports: readonly RowReport[]): RowReport[] {
  const planned = rowsOf().map(nameOf);
  const place = ({ row }: RowReport) => {
    const at = planned.indexOf(nameOf(row));
    return at < 0 ? planned.length : at;
  };
  return [...reports].sort((a, b) => place(a) - place(b) || nameOf(a.row).localeCompare(nameOf(b.row)));
}

function rowOf({ row, passed, tests, commit, date }: RowReport): string[] {
  const [source, target] = row.kind === 'pair' ? [row.from, row.to] : [arrow(row), arrow(row)];
  const what = row.kind === 'pair' ? 'broker tests' : 'rolling upgrade';
  const skipped = tests.skipped === 0 ? '' : `, ${tests.skipped} skipped`;
  const failed = tests.failed.length === 0 ? '' : `, ${tests.failed.length} failed`;
  const result = passed ? 'passed' : '**failed**';
  return [source, target, what, result, `${tests.passed}${skipped}${failed}`, `${date}, \`${commit}\``];
}

const arrow = ({ from, to }: Row) => `${from} → ${to}`;

const cellsOf = ({ where, what, handled }: Difference) => [where, what, handled];

/** `4.3` of `4.3.1`. */
const lineOf = (version: string | undefined) => version?.split('.').slice(0, 2).join('.') ?? '?';

/** Only calls that are not spoken in one version everywhere. */
function callsTable(reports: readonly RowReport[]): string {
  // An older report may know of fewer calls.
  const offered = new Map<string, Readonly<Record<string, Range>>>();
  for (const [version, calls] of reports.flatMap((report) => Object.entries(report.calls))) {
    offered.set(version, { ...offered.get(version), ...calls });
  }
  const versions = testedVersions.filter((version) => offered.has(version));
  const rows = Object.values(apis)
    .map(({ name, min, max }) => ({
      name,
      spoken: versions.map((version) => spokenOf({ min, max }, offered.get(version)?.[name])),
    }))
    .filter(({ spoken }) => new Set(spoken).size > 1);
  return table(
    ['call', ...versions],
    rows.map(({ name, spoken }) => [name, ...spoken]),
  );
}

/** The highest that both know, as `src/kafka/client/versions.ts` chooses it. */
function spokenOf(ours: { min: number; max: number }, theirs: Range | undefined): string {
  const highest = Math.min(ours.max, theirs?.[1] ?? -1);
  return theirs !== undefined && highest >= Math.max(ours.min, theirs[0]) ? String(highest) : 'none';
}
