// What a fault of the campaign is: it takes hold of things, breaks them, looks whether it took effect, and
// mends them.
import type { Random } from '../../../src/base/random.ts';
import type { StopReason } from '../../checkers/stop-checker.ts';
import type { CampaignWorld } from '../campaign-world.ts';

export const families = ['processes', 'network', 'storage', 'Kafka', 'inside a process'] as const;
export type Family = (typeof families)[number];

export interface OpenFault {
  /** What was done to what. */
  readonly text: string;
  /** Whether it came about, as seen from outside; asked before it is mended, and again afterwards. */
  tookEffect(): boolean | Promise<boolean>;
  /** Undoes it; resolves when the thing is whole again. */
  mend(): Promise<void>;
  /** What it goes on to hold, where that is less than before. */
  readonly things?: readonly string[];
  /** Its copy has to stop, for this reason. */
  readonly reason?: { -readonly [Key in keyof StopReason]: StopReason[Key] };
}

export interface FaultKind {
  readonly name: string;
  readonly family: Family;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** What it takes hold of: only one fault at a time has the same thing. */
  readonly things: readonly string[];
  /** How long it lasts, at least and at most, whatever the round's measure is. */
  readonly lastsMs?: readonly [min: number, max: number];
  /** It lasts until all others of its round are mended: it needs whole clusters then. */
  readonly isLast?: boolean;
  /** Why it cannot be had here. */
  impossible?(world: CampaignWorld): string | undefined;
  begin(world: CampaignWorld, random: Random): Promise<OpenFault>;
}

export const done = (): Promise<void> => Promise.resolve();
export const always = (): boolean => true;
