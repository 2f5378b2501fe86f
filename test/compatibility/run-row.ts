// Runs one row: its test files on labs in its versions, and what the brokers say of themselves.
import { kafkaVersionsName } from '../../lab/kafka-versions.ts';
import { type RigDescription, rigEnvironmentName } from '../../lab/rig.ts';
import { findTests } from '../../scripts/test-runner/find-tests.ts';
import { type Phase, phases } from '../../scripts/test-runner/phases.ts';
import { type Run, runPhase } from '../../scripts/test-runner/run-phase.ts';
import { apis } from '../../src/kafka/wire/api.ts';
import { capabilitiesOf, type Range } from './cluster-features.ts';
import { presentCommit, type RowReport } from './report.ts';
import { filesOf, type Row, upgradeEnvironment } from './rows.ts';

type Calls = Record<string, Record<string, Range>>;

/** What fails is in the report. */
export async function runRow(row: Row, within: Pick<Run, 'root' | 'mark'>): Promise<RowReport> {
  const files = filesOf(row, findTests(within.root));
  const calls: Calls = {};
  const run: Run = {
    ...within,
    name: undefined,
    env: environmentOf(row),
    onLab: async (env) => {
      Object.assign(calls, await callsOf(row, env[rigEnvironmentName] ?? ''));
    },
  };
  const commit = presentCommit(files);
  const { passed, skipped, failed, seconds } = await runPhase(run, phaseFor(row), files);
  return {
    row,
    passed: failed.length === 0,
    commit,
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round(seconds),
    files,
    tests: { passed, skipped, failed: failed.map((name) => name.replace(within.root, '')) },
    calls,
  };
}

/** As the phase of `npm test` that runs these files; an upgrade has a lab of its own. */
function phaseFor(row: Row): Phase {
  const brokers = phases.find(({ name }) => name === 'brokers') as Phase;
  return { ...brokers, needsSharedLab: row.kind === 'pair' };
}

function environmentOf({ kind, from, to }: Row): Record<string, string> {
  return kind === 'upgrade'
    ? { [upgradeEnvironment.from]: from, [upgradeEnvironment.to]: to }
    : { [kafkaVersionsName]: `eu-west=${from},us-east=${to}` };
}

/** Of each version, the calls that we send. */
async function callsOf({ from, to }: Row, lab: string): Promise<Calls> {
  const { addresses } = JSON.parse(lab) as RigDescription;
  const found: Calls = {};
  for (const [region, version] of [
    ['eu-west', from],
    ['us-east', to],
  ] as const) {
    const servers = addresses[region]?.[region] ?? '';
    const { calls } = await capabilitiesOf(servers.split(',')[0] as string);
    const ours = Object.values(apis).map(({ name }) => name);
    found[version] = Object.fromEntries([...calls].filter(([name]) => ours.includes(name as 'Fetch')));
  }
  return found;
}
