// Makes a topology the desired state: checks every region first, then writes it into each of their ledgers.
import { CausewayError } from '../../base/errors.ts';
import type { LeftAlone } from '../../ledger/changes.ts';
import { topologyKey } from '../../ledger/record-key.ts';
import { ensureLedgerTopics } from '../../ledger/ensure-topics.ts';
import type { DesiredTopology } from '../../ledger/records.ts';
import { desiredTopic } from '../../ledger/topic-names.ts';
import type { Invocation } from '../invocation.ts';
import { openAdmins } from './open-admins.ts';
import type { ReadRegion } from './region-reading.ts';
import type { TopologyFile } from './topology-file.ts';
import { openRegions, type ReadForApply, type Regions } from './regions.ts';
import { writeToAll } from './write-to-all.ts';

/** Opens the regions of the topology at `path`, applies it and closes them. */
export async function applyTopology(invocation: Invocation, path: string, reason: string): Promise<void> {
  const regions = await openRegions(invocation, path);
  try {
    const read = await regions.readForApply();
    checkBeforeApply(read.wanted);
    await writeTopology(invocation, regions, read, reason);
  } finally {
    await regions.close();
  }
}

/** Throws CW-1029 where secrets would travel with the file. */
export function checkNoSecrets({ path, warnings }: Pick<TopologyFile, 'path' | 'warnings'>): void {
  const secrets = warnings.filter(({ code }) => code === 'CW-1029');
  if (secrets.length === 0) return;
  const lines = secrets.map(({ line, column, message }) => `  ${path}:${line}:${column} ${message}`);
  throw new CausewayError(
    'CW-1029',
    `nothing was changed: secrets would go into every ledger\n${lines.join('\n')}`,
  );
}

/** Throws where the topology must not be written anywhere: nothing is half-applied knowingly. */
export function checkBeforeApply(read: readonly ReadRegion[]): void {
  checkReachable(read);
  checkDifferentClusters(read);
  for (const { picture, desired } of read) {
    const newer = desired?.leftAlone.find(isNewerTopology);
    if (newer !== undefined) {
      const text = `${picture.name} holds a topology of a newer program: ${newer.why}. Nothing was changed`;
      throw new CausewayError('CW-6014', text, { region: picture.name });
    }
  }
}

function checkReachable(read: readonly ReadRegion[]): void {
  const silent = read.filter(({ picture }) => picture.error !== undefined);
  if (silent.length === 0) return;
  const lines = silent.map(
    ({ picture: { name, error } }) => `  ${name}: ${error?.code ?? ''} ${error?.message ?? ''}`,
  );
  const text = `${silent.length} of ${read.length} regions cannot be reached, and nothing was changed:\n`;
  throw new CausewayError('CW-6015', text + lines.join('\n'));
}

/** The same cluster under two names would mirror topics onto themselves. */
export function checkDifferentClusters(read: readonly ReadRegion[]): void {
  const nameOf = new Map<string, string>();
  for (const { picture } of read) {
    if (picture.clusterId === undefined) continue;
    const other = nameOf.get(picture.clusterId);
    if (other !== undefined) {
      const text = `${other} and ${picture.name} are the same Kafka cluster (its id is ${picture.clusterId})`;
      throw new CausewayError('CW-1011', `${text}. Nothing was changed`, { region: picture.name, other });
    }
    nameOf.set(picture.clusterId, picture.name);
  }
}

const isNewerTopology = (left: LeftAlone) => left.is === 'newer' && left.key === topologyKey;

export interface Applied {
  readonly record: DesiredTopology;
  readonly regions: readonly string[];
  /** Regions that the file leaves out and that could not be told: what runs there goes on as before. */
  readonly untold: readonly string[];
}

/**
 * Creates missing ledger topics everywhere, then writes the topology to every region. Throws CW-6005 with the
 * regions that have it and those that have not, and CW-1029; writing it again is harmless.
 */
export async function writeTopology(
  invocation: Invocation,
  regions: Regions,
  { wanted, dropped }: Pick<ReadForApply, 'wanted' | 'dropped'>,
  reason: string,
): Promise<Applied> {
  checkNoSecrets(regions.file);
  const { terminal } = invocation;
  const names = wanted.map(nameOf);
  await ensureLedgers(invocation, regions, names);
  const newestMs = Math.max(0, ...wanted.map(({ picture }) => picture.desired?.appliedAtMs ?? 0));
  const record: DesiredTopology = {
    kind: 'topology',
    yaml: regions.file.text,
    // The newest counts where regions differ, also if the clock of whoever applied before was ahead of ours.
    appliedAtMs: Math.max(terminal.clock.wallMs(), newestMs + 1),
    actor: terminal.actor,
    reason,
  };
  const told = dropped.filter(({ picture }) => picture.error === undefined && picture.hasLedger).map(nameOf);
  await writeToAll(invocation.terminal, regions, [...names, ...told], 'the topology', (writer) =>
    writer.write(desiredTopic, [record]),
  );
  const untold = dropped.map(nameOf).filter((name) => !told.includes(name));
  return { record, regions: [...names, ...told], untold };
}

const nameOf = ({ picture }: ReadRegion): string => picture.name;

/** Harmless where a later region fails: an empty ledger changes nothing. */
async function ensureLedgers(
  invocation: Invocation,
  regions: Regions,
  names: readonly string[],
): Promise<void> {
  const { clock } = invocation.terminal;
  const admins = openAdmins(regions);
  try {
    await Promise.all(
      names.map((region) => {
        const site = { region, cluster: regions.clusterOf(region), admin: admins.adminOf(region) };
        return ensureLedgerTopics({ ...site, clock });
      }),
    );
  } finally {
    await admins.close();
  }
}
