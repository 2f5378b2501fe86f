// `--show-origin`: every setting with its value and the place it came from.
import { type ExitCode, exitCode } from './exit-codes.ts';
import type { Invocation, Setting } from './invocation.ts';
import { createScreen } from './output/screen.ts';

export async function showOrigin(invocation: Invocation): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const topology = await topologySettings(invocation);
  await screen.listing<Setting>({
    columns: [
      { title: 'SETTING', text: (row) => row.name },
      { title: 'VALUE', text: (row) => row.value },
      { title: 'ORIGIN', text: (row) => row.origin },
      { title: 'WHERE', text: (row) => row.where },
    ],
    rows: [...invocation.settings, ...topology],
    name: (row) => row.name,
    data: (row) => ({ ...row }),
  });
  return exitCode.fine;
}

/** Where the topology was found, without reading it. */
async function topologySettings(invocation: Invocation): Promise<Setting[]> {
  const { locateTopology } = await import('./access/topology-file.ts');
  const found = await locateTopology(invocation);
  if (found === undefined)
    return [{ name: 'topology', value: '', origin: 'default', where: 'no file found' }];
  return [{ name: 'topology', value: found.path, origin: found.origin, where: found.where }];
}
