// Waiting that an interruption ends early, without an error: for loops that look at the signal themselves.
import type { Terminal } from './terminal.ts';

export async function sleepUntilInterrupted({ clock, signal }: Terminal, delayMs: number): Promise<void> {
  try {
    await clock.sleep(delayMs, signal);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}
