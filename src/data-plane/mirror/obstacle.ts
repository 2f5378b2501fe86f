// Thrown by a step of the start procedure or a check that cannot go on; carries the cause for the status.
import type { Cause } from './stop-cause.ts';

export class Obstacle extends Error {
  override readonly name = 'Obstacle';
  readonly because: Cause;

  constructor(because: Cause) {
    super(`${because.code} ${because.message}`);
    this.because = because;
  }
}
