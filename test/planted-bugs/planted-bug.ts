// What a planted bug is: a change of the code, and the tests that must turn red.

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly search: string;
  readonly replace: string;
}

export interface Catch {
  readonly file: string;
  /** The whole name of the test. */
  readonly test: string;
}

export interface PlantedBug {
  readonly name: string;
  /** What would happen, in one sentence. */
  readonly harm: string;
  readonly edits: readonly Edit[];
  /** Caught by each of these; the first is run by `npm test`. */
  readonly caughtBy: readonly [Catch, ...Catch[]];
}
