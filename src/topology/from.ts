// Where copies begin, as `from` of a mirror set says it. Pure.
import type { MirrorSetSpec } from './topology.ts';

/** A time needs its zone: without one it would mean another moment on each machine. */
const timestampPattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Undefined where the text is none of what `from` may be. A date without a time is midnight in UTC. */
export function parseFrom(text: string): MirrorSetSpec['from'] | undefined {
  if (text === 'earliest' || text === 'latest') return text;
  const timestampMs = timestampPattern.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timestampMs) || timestampMs < 0 ? undefined : { timestampMs };
}

export const formatFrom = (from: MirrorSetSpec['from']): string =>
  typeof from === 'string' ? from : new Date(from.timestampMs).toISOString();
