// One thing to look at: its name, what must hold before it makes sense, and how it is done.
import type { Said } from './finding.ts';

export interface Check {
  /** One or two words, unique within its run. */
  readonly name: string;
  readonly where: string;
  /** Names of checks of the same run, before this one in the list. */
  readonly needs: readonly string[];
  /** What an error or a deadline means: that something is broken, or only that it is not known. */
  readonly failsAs: 'problem' | 'unknown';
  /** Everything that it found. A CausewayError that it throws becomes a finding. */
  run(): Promise<readonly Said[]>;
}
