// A whole comparison: groups of random sequences, one behind the other, until there are enough.
import { compareGroup } from './group.ts';
import { Mismatch } from './pair.ts';
import { lanes } from './lane-shape.ts';
import type { RealBrokers } from './real-brokers.ts';
import type { Totals } from './totals.ts';

export interface ComparisonParts {
  readonly real: RealBrokers;
  /** Of the first group; those behind it have the next ones. */
  readonly seed: number;
  readonly sequences: number;
  /** Begins the names of all topics. */
  readonly topic: string;
  readonly nowMs: number;
  readonly totals: Totals;
  /** Called with the number of sequences after each group. */
  readonly onGroup?: (sequences: number) => void;
}

/** Sequences of one lane on one topic, whose logs grow that long; by the number of brokers. */
const roundsMax: Readonly<Record<number, number>> = { 1: 40, 3: 12 };

/** The first difference, since what comes behind it would build on it; undefined for none. */
export async function compare(parts: ComparisonParts): Promise<Mismatch | undefined> {
  const { real, sequences, nowMs, totals } = parts;
  for (let seed = parts.seed; totals.sequences < sequences; seed += 1) {
    const rounds = Math.min(
      roundsMax[real.ids.length] ?? 12,
      Math.ceil((sequences - totals.sequences) / lanes),
    );
    try {
      await compareGroup({ real, seed, rounds, topic: `${parts.topic}-${seed}`, nowMs, totals });
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      return error;
    }
    parts.onGroup?.(totals.sequences);
  }
  return undefined;
}
