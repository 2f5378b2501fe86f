// What the compatibility run consists of: every version alone, the oldest against newer ones in both
// directions, and rolling upgrades. Pure.
import { kafkaVersionByDefault, testedVersions } from '../../lab/kafka-versions.ts';

/** Two clusters in one version each: `from` at the source, `to` at the target. */
export interface PairRow {
  readonly kind: 'pair';
  readonly from: string;
  readonly to: string;
}
/** Two clusters of three brokers that are taken from one version to the other, broker by broker. */
export interface UpgradeRow {
  readonly kind: 'upgrade';
  readonly from: string;
  readonly to: string;
}
export type Row = PairRow | UpgradeRow;

/** Also the name of the row's report, and what chooses it on the command line. */
export function nameOf({ kind, from, to }: Row): string {
  if (kind === 'upgrade') return `upgrade-${from}-to-${to}`;
  return from === to ? from : `${from}-to-${to}`;
}

/** In the order in which they are run, oldest first. */
export function rowsOf(versions: readonly string[] = testedVersions): Row[] {
  const sorted = [...new Set(versions)].sort(byAge);
  const [oldest, newest] = [sorted[0], sorted.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const alone = sorted.map((version) => pair(version, version));
  if (oldest === newest) return alone;
  const far = sorted.filter((version) => version === newest || version === kafkaVersionByDefault);
  const apart = far
    .filter((version) => version !== oldest)
    .flatMap((newer) => [pair(oldest, newer), pair(newer, oldest)]);
  const steps = [...new Set([oldest, ...far])];
  const upgrades = steps
    .slice(1)
    .map((to, index): UpgradeRow => ({ kind: 'upgrade', from: steps[index] as string, to }));
  return [...alone, ...apart, ...upgrades];
}

const pair = (from: string, to: string): PairRow => ({ kind: 'pair', from, to });

/** Order of versions: `3.9.2` before `4.0.0`. */
export function byAge(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Broker tests of the mirror, its ledger and its controller, by the start of their path. */
const mirrorTests = [
  'src/data-plane/',
  'src/ledger/',
  'src/control-plane/',
  'src/server/',
  'src/cli/whole-path.',
];
/** About one broker alone, so a row of two versions would only say again what theirs said. */
const oneBrokerTests = ['test/broker-model/comparison/', 'src/kafka/client/'];

/** Run by a row of the kind `upgrade`; not among the files of `npm test`. */
export const upgradeFile = 'test/compatibility/rolling-upgrade.ts';

/** Where it finds its two versions. */
export const upgradeEnvironment = { from: 'CAUSEWAY_UPGRADE_FROM', to: 'CAUSEWAY_UPGRADE_TO' } as const;

/** Out of all test files of the tree. */
export function filesOf(row: Row, all: readonly string[]): string[] {
  if (row.kind === 'upgrade') return [upgradeFile];
  const wanted = row.from === row.to ? [...mirrorTests, ...oneBrokerTests] : mirrorTests;
  return all.filter(
    (file) => file.endsWith('.broker.test.ts') && wanted.some((part) => file.startsWith(part)),
  );
}
