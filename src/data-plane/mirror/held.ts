// Whether a mirror partition waits for an open transaction at its source. Pure.
import type { MirrorPartition } from './mirror-partition.ts';

export interface Held {
  /** The first offset of the transaction. */
  readonly stableOffset: bigint;
  /** Wall clock of the first look that showed records behind it. */
  readonly sinceMs: number;
  /** Undefined while the source has not named it. */
  readonly producerId: bigint | undefined;
}

export type Holdable = Pick<MirrorPartition, 'state' | 'position' | 'shift' | 'view'>;

/** Undefined where there is something to copy, where nothing is missing, and where it is not mirroring. */
export function heldOf({ state, position, shift, view }: Holdable): Held | undefined {
  const { stableOffset, stableSinceMs: sinceMs } = view;
  if (state.name !== 'mirroring' || position === undefined || shift === undefined) return undefined;
  if (sinceMs === undefined || stableOffset === undefined || position - shift !== stableOffset)
    return undefined;
  return { stableOffset, sinceMs, producerId: view.holder };
}
