// Waits until every mirror set mirrors, and says meanwhile what it waits for.
import { CausewayError } from '../base/errors.ts';
import type { Regions } from './access/regions.ts';
import type { Invocation } from './invocation.ts';
import { type SetStatus, setStatuses } from './view/status.ts';
import { causeText, isHealthy, stateText } from './view/status-text.ts';

const lookEveryMs = 1_000;

/** Throws CW-6004 with what is still open when `waitMs` have passed. */
export async function waitForMirroring(
  invocation: Invocation,
  regions: Regions,
  waitMs: number,
  tell: (text: string) => void = () => undefined,
): Promise<void> {
  const { clock, signal } = invocation.terminal;
  const untilMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const picture = await regions.look();
    const statuses = setStatuses(picture);
    if (statuses.length > 0 && isHealthy(picture, statuses)) return;
    const open = statuses.filter((status) => status.state !== 'mirroring').map(openText);
    tell(open.join('; ') || 'no report yet');
    if (clock.monotonicMs() >= untilMs) {
      throw new CausewayError(
        'CW-6004',
        `not everything is mirroring: ${open.join('; ') || 'no report has come'}`,
      );
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

function openText(status: SetStatus): string {
  const [cause] = status.causes;
  const why = cause === undefined ? '' : ` (${causeText(cause)})`;
  return `${status.set} to ${status.target}: ${stateText(status)}${why}`;
}
