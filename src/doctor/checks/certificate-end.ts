// How long a certificate is still good for, and whether that is enough.
import type { ErrorCode } from '../../base/error-catalog.ts';
import { ok, problem, type Said, warning } from '../finding.ts';

const dayMs = 86_400_000;
/** Time to notice and to renew. */
const leftMsWanted = 14 * dayMs;
/** Of its whole life: those that live for hours are renewed by programs, which leave more than this. */
const lifeShareWanted = 0.1;

export interface Validity {
  /** Undefined where it is not known. */
  readonly begins?: Date | undefined;
  readonly ends: Date;
}

/** `whose` begins the sentence, as in `the broker’s certificate`. */
export function certificateEnd(
  whose: string,
  { begins, ends }: Validity,
  nowMs: number,
  code: ErrorCode,
): Said {
  const leftMs = ends.getTime() - nowMs;
  const amount = amountOf(ends, nowMs);
  if (leftMs <= 0) {
    const next = 'Renew it. Files are looked at again before the next connection.';
    return problem(`${whose} expired on ${dayOf(ends)}, ${amount} ago`, { code, next });
  }
  const lifeMs = begins === undefined ? Number.POSITIVE_INFINITY : ends.getTime() - begins.getTime();
  if (leftMs >= Math.min(leftMsWanted, lifeMs * lifeShareWanted)) {
    return ok(`${whose} is valid for ${amount}, until ${dayOf(ends)}`, amount);
  }
  const why = 'No connection can be made any more once it has ended; those that stand go on.';
  const what = `${whose} is valid for ${amount} only, until ${dayOf(ends)}`;
  return warning(what, { code, why, next: 'Renew it now.' });
}

/** In UTC. */
export const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

const units = [
  ['day', dayMs],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Between the two, in the largest unit of which there is one. */
export function amountOf(date: Date, nowMs: number): string {
  const ms = Math.abs(date.getTime() - nowMs);
  const [unit, unitMs] = units.find(([, each]) => ms >= each) ?? ['minute', 60_000];
  const count = Math.floor(ms / unitMs);
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
