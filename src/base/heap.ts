// How V8 keeps the memory of a process that runs for months.
import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 to make every new object in the young generation. Otherwise it learns, from a moment at which much
 * was in flight, that batches and requests live long, makes them in the old generation from then on, and
 * keeps up to 150 MB of them that nobody uses. Call it before the work begins. Idempotent.
 */
export function keepNewObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
