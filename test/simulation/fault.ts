// A kind of fault, and what it is handed when it begins.
import type { Random } from '../../src/base/random.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { Regions } from './regions.ts';
import type { Route } from './route.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface FaultKind {
  readonly name: string;
  /** How often it is chosen, against the others; 1 unless given. */
  readonly weight?: number;
  /** Whether it made a difference: there was something that it could befall. */
  readonly begin: (hit: Hit) => boolean;
}

/** A fault that begins: what it may choose from, and what it tells. */
export interface Hit {
  readonly regions: Regions;
  readonly random: Random;
  /** Something of this name is hit, and broken until it is mended. */
  readonly touch: (thing: string) => void;
  /** For how long all of these have been whole; 0 while one of them is broken. */
  readonly wholeForMs: (things: readonly string[]) => number;
  /** What mends it, after a while; never where all has been healed before. */
  readonly mend: (label: string, fire: () => void) => void;
  /** Each time another one. */
  readonly anyCluster: () => ModelCluster;
  readonly anyRoute: () => Route;
  readonly anyWorker: () => WorkerProcess;
}
