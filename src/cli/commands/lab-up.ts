// `causeway lab up`: brokers, WAN and example topics in a process of their own.
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation } from '../invocation.ts';
import { parseLabShape } from '../lab/shape.ts';
import { createScreen } from '../output/screen.ts';
import { runSteps } from '../output/steps.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const regions = parseLabShape(invocation.options);
  const { startLabInBackground } = await import('../../../lab/control-client.ts');
  const { signal } = invocation.terminal;
  const load = flagOption(invocation.options, 'load');
  await runSteps(invocation, [
    {
      title: 'Kafka brokers and the WAN between them',
      run: async (tell) => {
        const status = await startLabInBackground({ regions, load, onProgress: tell, signal });
        return `Kafka ${status.kafkaVersion} runs in ${status.regions.length} regions`;
      },
    },
  ]);
  const { mustFindLab } = await import('../../../lab/control-client.ts');
  await showLab(screen, await mustFindLab());
  return exitCode.fine;
}
