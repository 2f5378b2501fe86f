// What `npm start` prints when everything mirrors: where things are, and what to try next.
import { relative } from 'node:path';
import type { LabStatus } from '../../../lab/lab-types.ts';
import { tableLines } from '../output/table.ts';

export interface ShownProcess {
  readonly name: string;
  readonly pid: number | undefined;
  readonly logFile: string;
}

/** `folder`: where the reader stands; paths are shown from there. */
export function nextSteps(lab: LabStatus, processes: readonly ShownProcess[], folder: string): string {
  const [first, second] = lab.regions.map((region) => region.name);
  const from = first ?? 'eu-west';
  const to = second ?? 'us-east';
  const commands: [string, string][] = [
    ['node bin/causeway status --watch', 'lag and recovery point, live'],
    ['node bin/causeway mirrors lag', 'each partition'],
    ['node bin/causeway verify --all', 'compare every record of both sides'],
    [`node bin/causeway lab wan set ${from} ${to} --rtt 200ms --bandwidth 20Mbit/s`, 'a slow link'],
    [`node bin/causeway lab wan set ${from} ${to} --cut`, 'no link; --join ends it'],
    [`node bin/causeway lab fault kill ${to}`, 'a power cut; `lab fault heal` ends it'],
    ['node bin/causeway lab load start --rate 5MB/s', 'more traffic'],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  const table = tableLines(
    [{ title: 'PROCESS' }, { title: 'PID', align: 'right' }, { title: 'LOG' }],
    processes.map(({ name, pid, logFile }) => [name, pid?.toString() ?? '?', relative(folder, logFile)]),
  );
  return [
    '',
    'Everything is mirroring. In a second terminal, in this folder:',
    '',
    ...commands.map(([command, why]) => `  ${command.padEnd(width)}  ${why}`),
    '',
    ...table.map((line) => `  ${line}`),
    '',
    'Kill a process (kill -9 PID): it is started again, and nothing is lost or doubled. Ctrl-C ends ' +
      'everything.',
  ].join('\n');
}
