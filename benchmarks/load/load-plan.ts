// The source topic of a run, before it is written.
import type { Rig } from '../rig/rig.ts';
import type { Shape } from '../rig/shapes.ts';

/** What is to be written, and where. */
export interface LoadPlan {
  readonly rig: Rig;
  readonly shape: Shape;
  readonly topic: string;
  readonly partitions: number;
  /** Those that come to nothing too. */
  readonly records: number;
}
