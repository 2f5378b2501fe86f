// `causeway lab run`, which is `npm start`: brokers, WAN, Causeway and traffic in the foreground, until
// Ctrl-C.
import type { HeldLab } from '../../../lab/control-client.ts';
import type { LabStatus } from '../../../lab/lab-types.ts';
import { restOn } from '../../base/clock.ts';
import { CausewayError, invariant } from '../../base/errors.ts';
import { applyTopology } from '../access/apply-topology.ts';
import { openRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { CausewayProcess } from '../lab/causeway-process.ts';
import { nextSteps } from '../lab/next-steps.ts';
import { parseLabShape } from '../lab/shape.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { runSteps } from '../output/steps.ts';
import { durationOption } from '../quantities.ts';
import { waitForMirroring } from '../wait-for-mirroring.ts';

export const endsInOrder = true;

const mirroringWaitMs = 120_000;

/** What is running and has to be ended, in the order in which it was started. */
interface Running {
  lab: HeldLab | undefined;
  processes: CausewayProcess[];
}

export async function run(invocation: Invocation): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const running: Running = { lab: undefined, processes: [] };
  try {
    await start(invocation, screen, running);
    await untilEnd(invocation, running);
    return exitCode.fine;
  } finally {
    await stop(screen, running);
  }
}

async function start(invocation: Invocation, screen: Screen, running: Running): Promise<void> {
  const regions = parseLabShape(invocation.options);
  const load = invocation.options['load'] !== false;
  const { signal } = invocation.terminal;
  const { startLabHere } = await import('../../../lab/control-client.ts');
  await runSteps(invocation, [
    {
      title: 'Kafka brokers, the WAN between them, example topics',
      run: async (tell) => {
        running.lab = await startLabHere({ regions, load: false, onProgress: tell, signal });
        return describeLab(await running.lab.status());
      },
    },
    {
      title: 'Topology',
      run: async () => {
        const { operator } = topologiesOf(await mustLab(running).status());
        await applyTopology(invocation, operator, 'npm start');
        return `applied in ${regions.length} regions`;
      },
    },
    {
      title: 'Causeway processes',
      run: async () => {
        startProcesses(invocation, screen, running, await mustLab(running).status());
        return running.processes.map((process) => process.name).join(', ');
      },
    },
    ...(load ? [{ title: 'Live traffic', run: () => startTraffic(running) }] : []),
    {
      title: 'Mirrors',
      run: async (tell) => {
        const { operator } = topologiesOf(await mustLab(running).status());
        const regionsHeld = await openRegions(invocation, operator);
        try {
          return await waitForMirroring(invocation, regionsHeld, mirroringWaitMs, tell);
        } finally {
          await regionsHeld.close();
        }
      },
    },
  ]);
  screen.note(nextSteps(await mustLab(running).status(), running.processes, invocation.terminal.cwd));
}

function startProcesses(invocation: Invocation, screen: Screen, running: Running, lab: LabStatus): void {
  for (const [region, topology] of Object.entries(topologiesOf(lab).byRegion)) {
    const process = new CausewayProcess({
      region,
      name: `${region}-1`,
      topology,
      folder: lab.folder,
      clock: invocation.terminal.clock,
      onTrouble: (text) => screen.note(text),
    });
    process.start();
    running.processes.push(process);
  }
}

async function startTraffic(running: Running): Promise<string> {
  const status = await mustLab(running).startLoad();
  const topics = status.load.flatMap((load) => load.topics);
  return `to ${topics.join(', ')}`;
}

/** Until Ctrl-C, `lab down` from another terminal, or the time of --for. */
async function untilEnd(invocation: Invocation, running: Running): Promise<void> {
  const { clock, signal } = invocation.terminal;
  const lastsMs = durationOption(invocation.options, 'for');
  const interrupted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const ends: Promise<void>[] = [interrupted, mustLab(running).downRequested];
  if (lastsMs !== undefined) ends.push(restOn(clock, lastsMs, signal));
  await Promise.race(ends);
}

async function stop(screen: Screen, running: Running): Promise<void> {
  if (running.lab === undefined) return;
  screen.note('Stopping: Causeway first, in order, then the brokers …');
  await Promise.all(running.processes.map((process) => process.stop()));
  await running.lab[Symbol.asyncDispose]();
  screen.note('Nothing is left running.');
}

function mustLab(running: Running): HeldLab {
  invariant(running.lab !== undefined, 'the lab has been started');
  return running.lab;
}

function topologiesOf(lab: LabStatus) {
  if (lab.topologies === undefined)
    throw new CausewayError('CW-6010', 'the lab has written no topology files');
  return lab.topologies;
}

function describeLab(lab: LabStatus): string {
  const regions = lab.regions.map((region) => `${region.name} (${region.brokers.length})`).join(', ');
  return `Kafka ${lab.kafkaVersion} in ${regions}`;
}
