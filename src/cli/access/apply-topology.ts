// Makes a topology the desired state: checks every region first, then writes it into each of their ledgers.
import { CausewayError, describeError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import type { LeftAlone } from '../../ledger/changes.ts';
import { topologyKey } from '../../ledger/record-key.ts';
import { ensureLedgerTopics } from '../../ledger/ensure-topics.ts';
import type { DesiredTopology } from '../../ledger/records.ts';
import { desiredTopic } from '../../ledger/topic-names.ts';
import { LedgerWriter } from '../../ledger/writer.ts';
import type { Invocation } from '../invocation.ts';
import { openAdmins } from './open-admins.ts';
import type { ReadRegion } from './region-reading.ts';
import { openRegions, type Regions } from './regions.ts';

/** Opens the regions of the topology at `path`, applies it and closes them. */
export async function applyTopology(invocation: Invocation, path: string, reason: string): Promise<void> {
  const regions = await openRegions(invocation, path);
  try {
    const read = await regions.readForApply();
    checkBeforeApply(read);
    await writeTopology(invocation, regions, read, reason);
  } finally {
    await regions.close();
  }
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

/**
 * Creates missing ledger topics everywhere, then writes the topology to every region. Throws CW-6005 with the
 * regions that have it and those that have not; writing it again is harmless.
 */
export async function writeTopology(
  invocation: Invocation,
  regions: Regions,
  read: readonly ReadRegion[],
  reason: string,
): Promise<DesiredTopology> {
  const { terminal } = invocation;
  const names = read.map(({ picture }) => picture.name);
  await ensureLedgers(invocation, regions, names);
  const newestMs = Math.max(0, ...read.map(({ picture }) => picture.desired?.appliedAtMs ?? 0));
  const record: DesiredTopology = {
    kind: 'topology',
    yaml: regions.file.text,
    // The newest counts where regions differ, also if the clock of whoever applied before was ahead of ours.
    appliedAtMs: Math.max(terminal.clock.wallMs(), newestMs + 1),
    actor: terminal.actor,
    reason,
  };
  await writeToAll(invocation, regions, names, 'the topology', (writer) =>
    writer.write(desiredTopic, [record]),
  );
  return record;
}

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

/** Writes to the ledgers of all regions at once. Throws CW-6005 when some took it and some did not. */
export async function writeToAll(
  invocation: Invocation,
  regions: Regions,
  names: readonly string[],
  what: string,
  write: (writer: LedgerWriter) => Promise<unknown>,
): Promise<void> {
  const { clock } = invocation.terminal;
  const results = await Promise.allSettled(
    names.map(async (region) => {
      const writer = new LedgerWriter({
        cluster: regions.clusterOf(region),
        region,
        clock,
        random: systemRandom,
      });
      try {
        await write(writer);
      } finally {
        await writer.close();
      }
    }),
  );
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ region: names[index] ?? '', thrown: result.reason as unknown }] : [],
  );
  if (failed.length === 0) return;
  const defect = failed.find(({ thrown }) => !(thrown instanceof CausewayError));
  if (defect !== undefined) throw defect.thrown;
  const done = names.filter((name) => !failed.some(({ region }) => region === name));
  const lines = failed.map(({ region, thrown }) => `  ${region}: ${describeError(thrown)}`);
  const have = done.length === 1 ? 'has' : 'have';
  const taken = done.length === 0 ? 'no region has' : `${done.join(', ')} ${have}`;
  const text = `${taken} taken ${what}; not taken, or not known to be:`;
  throw new CausewayError('CW-6005', `${text}\n${lines.join('\n')}`, { done: done.join(', ') });
}
