// What is measured: something that carries the records of a source topic to the target.
import type { LoadedTopic } from '../load/load-topic.ts';
import type { Rig } from '../rig/rig.ts';
import type { Shape } from '../rig/shapes.ts';

export interface Course {
  readonly rig: Rig;
  readonly shape: Shape;
  readonly loaded: LoadedTopic;
  /** Bootstrap servers of the source as the contender sees them: direct, or through the emulated WAN. */
  readonly sourceServers: string;
  /** For this run's configuration and logs. */
  readonly folder: string;
}

/** What of the copy that counts is left out, since the contender gets warm in it. */
export interface WarmUp {
  /** Since the first record. */
  readonly ms: number;
  /** Of the records. */
  readonly share: number;
}

export interface Contender {
  /** As in `--contender` and in the results. */
  readonly name: string;
  readonly title: string;
  /** Part of the results: what was set other than by default. */
  readonly settings: Readonly<Record<string, string>>;
  warmUpOf(shape: Shape): WarmUp;
  /** One that keeps offsets has as many at the end as its source, holes too; others have its records. */
  readonly counts: 'offsets' | 'records';
  start(course: Course): Promise<Runner>;
}

/** A contender at work. Disposed of, nothing of it runs any more. */
export interface Runner extends AsyncDisposable {
  /** Root of the process tree whose CPU and memory count. */
  readonly pid: number;
  /** The copy at the target. */
  readonly topic: string;
  /** What has arrived, as the contender counts it (`Contender.counts`). */
  arrived(): Promise<number>;
  /** Of one that gets warm by whole copies: all that begin within that time are not counted. */
  readonly copies?: { readonly warmMs: number; readonly again: () => Promise<void> };
  /** Throws with the reason when it has ended. */
  mustRun(): void;
}
