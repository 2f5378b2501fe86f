// How long a certificate is still good for, and whether that is enough.
import type { ErrorCode } from '../../base/error-catalog.ts';
import { ok, problem, type Said, warning } from '../finding.ts';

const dayMs = 86_400_000;
/** Time to notice and to renew. */
const daysWanted = 14;

/** `whose` begins the sentence, as in `the broker’s certificate`. */
export function certificateEnd(whose: string, ends: Date, nowMs: number, code: ErrorCode): Said {
  const leftMs = ends.getTime() - nowMs;
  const day = ends.toISOString().slice(0, 10);
  const days = Math.floor(Math.abs(leftMs) / dayMs);
  const amount = days === 1 ? '1 day' : `${days} days`;
  if (leftMs <= 0) {
    const next = 'Renew it. Files are looked at again before the next connection.';
    return problem(`${whose} expired on ${day}, ${amount} ago`, { code, next });
  }
  if (days >= daysWanted) return ok(`${whose} is valid for ${amount}, until ${day}`, `${days} days`);
  const why = 'No connection can be made any more once it has ended; those that stand go on.';
  return warning(`${whose} is valid for ${amount} only, until ${day}`, { code, why, next: 'Renew it now.' });
}
