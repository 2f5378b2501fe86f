// The phases of `npm test`: what each runs, how many files at a time, and its time budget on two cores.

export type PhaseName = 'static' | 'unit' | 'java' | 'simulation' | 'brokers' | 'faults';

export interface Phase {
  readonly name: PhaseName;
  readonly shows: string;
  /** Time on two cores that the phase should stay within; a longer run is reported, not failed. */
  readonly budgetMinutes: number;
  /** After this the phase hangs for certain: it is ended and failed. */
  readonly hangMinutes: number;
  readonly filesAtOnce: number;
  readonly needsSharedLab: boolean;
}

export const phases: readonly Phase[] = [
  phase('static', 'types, lint, format', 0.25, 10, 1),
  phase('unit', 'units, fuzzing, architecture', 1.75, 20, 2),
  phase('java', 'codecs against Kafka’s own classes', 2, 20, 1),
  phase('simulation', 'the mirror on the broker model, virtual time; planted bugs', 2, 20, 2),
  phase('brokers', 'real brokers: one shared lab', 8, 40, 3),
  phase('faults', 'own labs: faults', 5, 40, 2),
];

/** The phase that a test file belongs to, by its path (forward slashes, from the root). */
export function phaseOf(file: string): PhaseName {
  if (file.startsWith('test/fault/') || file.endsWith('-faults.broker.test.ts')) return 'faults';
  if (file.endsWith('.java.test.ts')) return 'java';
  if (file.endsWith('.broker.test.ts') || file.startsWith('test/integration/')) return 'brokers';
  if (/^test\/(simulation|broker-model|planted-bugs)\//.test(file)) return 'simulation';
  return 'unit';
}

function phase(
  name: PhaseName,
  shows: string,
  budgetMinutes: number,
  hangMinutes: number,
  filesAtOnce: number,
): Phase {
  return { name, shows, budgetMinutes, hangMinutes, filesAtOnce, needsSharedLab: name === 'brokers' };
}
