// Makes a world that fails smaller: acts are left out as long as the same complaint comes (delta debugging,
// Zeller and Hildebrandt 2002).
import type { BrokenWorld, Reduction } from './random-world.ts';

export interface Shrunk {
  /** The acts that are left. */
  readonly acts: readonly string[];
  readonly reduction: Reduction;
  readonly failure: BrokenWorld;
  readonly runs: number;
}

/** Runs a world without some acts; undefined where nothing is broken any more. */
export type Attempt = (reduction: Reduction) => Promise<BrokenWorld | undefined>;

/** `runsMax`: after so many runs what is left is returned as it is. */
export async function shrink(first: BrokenWorld, attempt: Attempt, runsMax = 1_000): Promise<Shrunk> {
  const leftOut = new Set<string>();
  const { faultsUntilMs } = first;
  let failure = first;
  let left = first.acts;
  let runs = 0;
  for (let size = Math.ceil(left.length / 2); left.length > 0 && runs < runsMax; ) {
    let found = false;
    for (let at = 0; at < left.length && runs < runsMax; ) {
      const without = new Set([...leftOut, ...left.slice(at, at + size)]);
      runs += 1;
      const failed = await attempt({ leftOut: without, faultsUntilMs });
      if (failed === undefined || complaintOf(failed) !== complaintOf(first)) {
        at += size;
        continue;
      }
      for (const act of left.slice(at, at + size)) leftOut.add(act);
      failure = failed;
      // What did not happen any more need not be left out.
      left = failed.acts;
      found = true;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!found) break;
  }
  return { acts: left, reduction: { leftOut, faultsUntilMs }, failure, runs };
}

/**
 * What is said and when, whatever it is said of: numbers, names of places and processes differ from run to
 * run.
 */
export function complaintOf({ cause, phase }: BrokenWorld): string {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return `${phase}: ${text.split('\n')[0]}`
    .replaceAll(/\S*\/\S*|\S+-\d+\S*/g, '…')
    .replaceAll(/-?\d+/g, 'N')
    .slice(0, 120);
}
