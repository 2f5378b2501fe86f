// `causeway doctor`: everything that mirroring needs, looked at in the order in which it breaks.
import { systemRandom } from '../../base/random.ts';
import { examine } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { Topology } from '../../topology/topology.ts';
import { commandLog } from '../access/command-log.ts';
import { readForDoctor } from '../access/doctor-file.ts';
import { mustBeRegion } from '../access/named-regions.ts';
import { permissionRoles } from '../access/permission-roles.ts';
import { secretReaders } from '../access/secret-readers.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, listOption } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { durationOption } from '../quantities.ts';
import { clientId, programVersion } from '../version.ts';
import { doctorText, findingData, isUnhealthy } from '../view/doctor-text.ts';

const waitMsDefault = 5_000;
/** Less fails everything; more is no answer any more, and in the end beyond what a timer can count. */
const waitBounds = { from: '100ms', to: '1h' };

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { file, findings } = await readForDoctor(invocation);
  const found = [...findings];
  if (file !== undefined) found.push(...(await examineTopology(invocation, file.topology)));
  await show(invocation, found);
  return isUnhealthy(found) ? exitCode.unhealthy : exitCode.fine;
}

async function show(invocation: Invocation, found: readonly Finding[]): Promise<void> {
  const screen = createScreen(invocation);
  if (invocation.output === 'table') {
    return screen.data(`${doctorText(found, invocation.verbosity === 'verbose', screen.dataPaint)}\n`);
  }
  const rows = invocation.output === 'name' ? found.filter(({ state }) => state === 'problem') : found;
  await screen.listing({ columns: [], rows, name: nameOf, data: findingData });
}

const nameOf = ({ where, check }: Finding): string => `${where}/${check}`;

function examineTopology(invocation: Invocation, topology: Topology): Promise<readonly Finding[]> {
  const { terminal, options } = invocation;
  const offline = flagOption(options, 'offline');
  return examine(
    { topology, regions: chosenRegions(invocation, topology), offline, roles: permissionRoles(options) },
    {
      clock: terminal.clock,
      random: systemRandom,
      log: commandLog(invocation),
      clientId,
      softwareVersion: programVersion(),
      secrets: secretReaders(terminal),
      waitMs: durationOption(options, 'timeout', waitBounds) ?? waitMsDefault,
    },
  );
}

/** Each once; all unless given. */
function chosenRegions({ options }: Invocation, topology: Topology): readonly string[] {
  const wanted = listOption(options, 'region').map((given) => mustBeRegion(topology, given).name);
  return wanted.length === 0 ? [...topology.regions.keys()] : [...new Set(wanted)];
}
