// Waits until every mirror set mirrors, and says meanwhile what it waits for.
import { CausewayError } from '../base/errors.ts';
import type { Regions } from './access/regions.ts';
import type { Invocation } from './invocation.ts';
import type { Picture } from './view/picture.ts';
import { type SetStatus, setStatuses } from './view/status.ts';
import { causeText, isHealthy, stateText } from './view/status-text.ts';

const lookEveryMs = 1_000;

/**
 * Resolves with what was found; `actionsLeft` tells what the controllers have still to do. Throws CW-6004
 * with what is still open when `waitMs` have passed.
 */
export async function waitForMirroring(
  invocation: Invocation,
  regions: Regions,
  waitMs: number,
  tell: (text: string) => void,
  actionsLeft: () => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<string> {
  const { clock, signal } = invocation.terminal;
  const untilMs = clock.monotonicMs() + waitMs;
  regions.follow();
  for (;;) {
    const picture = await regions.lookAtWhatAnswers();
    const statuses = setStatuses(picture);
    const healthy = isHealthy(picture, statuses);
    // Asked last, and only then: it is the dearer question.
    const open = healthy ? await actionsLeft() : openIn(picture, statuses);
    if (healthy && open.length === 0) {
      return statuses.length === 0 ? 'there is nothing to mirror' : 'mirroring';
    }
    const waitsFor = open.join('; ') || 'a sign of life of the processes';
    tell(waitsFor);
    if (clock.monotonicMs() >= untilMs) {
      throw new CausewayError('CW-6004', `not everything is mirroring: ${waitsFor}`);
    }
    await clock.sleep(lookEveryMs, signal);
  }
}

function openIn(picture: Picture, statuses: readonly SetStatus[]): readonly string[] {
  const silent = picture.regions.flatMap(({ name, error }) =>
    error === undefined ? [] : [`${name}: ${error.code}`],
  );
  return [...silent, ...statuses.filter(({ state }) => state !== 'mirroring').map(openText)];
}

function openText(status: SetStatus): string {
  const [cause] = status.causes;
  const why = cause === undefined ? '' : ` (${causeText(cause)})`;
  return `${status.set} to ${status.target}: ${stateText(status)}${why}`;
}
