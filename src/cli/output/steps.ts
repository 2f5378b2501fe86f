// A list of steps with their progress, on standard error: redrawn in place on a terminal, one line each
// elsewhere.
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Invocation } from '../invocation.ts';

export interface Step {
  readonly title: string;
  /** `tell` replaces the line under the title; what is returned is added to the title. */
  run(tell: (text: string) => void): Promise<string | undefined>;
}

/** Runs the steps one after the other; the first that fails ends the list and rejects. */
export async function runSteps(invocation: Invocation, steps: readonly Step[]): Promise<void> {
  const stderr = invocation.terminal.stderr as NodeJS.WriteStream;
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stderr, stderr) });
  const quiet = invocation.verbosity === 'quiet';
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (_context: unknown, task: { title: string | undefined; output: string }) => {
      let last = '';
      const added = await step.run((text) => {
        // Where lines are not redrawn, the same one again and again says nothing.
        if (text !== last) task.output = text;
        last = text;
      });
      if (added !== undefined) task.title = `${step.title}: ${added}`;
    },
  }));
  const renderer = quiet ? 'silent' : stderr.isTTY === true ? 'default' : 'simple';
  await new Listr(tasks, {
    renderer,
    registerSignalListeners: false,
    rendererOptions: { logger },
  }).run();
}
