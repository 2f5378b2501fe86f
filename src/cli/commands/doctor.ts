// `causeway doctor`: everything that mirroring needs, looked at in the order in which it breaks.
import { CausewayError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import { examine } from '../../doctor/examine.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { Topology } from '../../topology/topology.ts';
import { commandLog } from '../access/command-log.ts';
import { readForDoctor } from '../access/doctor-file.ts';
import { secretReaders } from '../access/secret-readers.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, listOption } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { durationOption } from '../quantities.ts';
import { clientId, programVersion } from '../version.ts';
import { doctorText, findingData, isUnhealthy } from '../view/doctor-text.ts';

const waitMsDefault = 5_000;

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
    { topology, regions: chosenRegions(invocation, topology), offline },
    {
      clock: terminal.clock,
      random: systemRandom,
      log: commandLog(invocation),
      clientId,
      softwareVersion: programVersion(),
      secrets: secretReaders(terminal),
      waitMs: durationOption(options, 'timeout') ?? waitMsDefault,
    },
  );
}

function chosenRegions({ options }: Invocation, topology: Topology): readonly string[] {
  const known = [...topology.regions.keys()];
  const wanted = listOption(options, 'region');
  const stranger = wanted.find((name) => !topology.regions.has(name));
  if (stranger !== undefined) {
    const text = `there is no region "${stranger}" in the topology; it has ${known.join(', ')}`;
    throw new CausewayError('CW-6006', text, { region: stranger });
  }
  return wanted.length === 0 ? known : wanted;
}
