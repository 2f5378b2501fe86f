// `--wait` of pause and resume: until every partition that is meant has been reported in the wanted state.
import { CausewayError } from '../base/errors.ts';
import type { Regions } from './access/regions.ts';
import type { Held } from './access/set-pause.ts';
import { flagOption, type Invocation } from './invocation.ts';
import type { Screen } from './output/screen.ts';
import { durationOption } from './quantities.ts';
import { type PartitionRow, partitionRows } from './view/partitions.ts';
import { findRegion, type Picture } from './view/picture.ts';

const lookEveryMs = 1_000;
const waitMsDefault = 300_000;

/** Returns at once without --wait. Throws CW-6004 when the time is over. */
export async function waitForState(
  invocation: Invocation,
  regions: Regions,
  held: Held,
  wanted: 'paused' | 'mirroring',
  screen: Screen,
): Promise<void> {
  if (!flagOption(invocation.options, 'wait')) return;
  const { clock, signal } = invocation.terminal;
  const untilMs = clock.monotonicMs() + (durationOption(invocation.options, 'timeout') ?? waitMsDefault);
  regions.follow();
  try {
    for (;;) {
      const open = openIn(await regions.lookAtWhatAnswers(), held, wanted);
      if (open.length === 0) return;
      screen.progress(`${wanted}: waiting for ${open.join('; ')}`);
      if (clock.monotonicMs() >= untilMs) {
        throw new CausewayError('CW-6004', `not everything is ${wanted}: ${open.join('; ')}`);
      }
      await clock.sleep(lookEveryMs, signal);
    }
  } finally {
    screen.progress('');
  }
}

const shownMax = 3;

/**
 * What is still missing, in words; empty where nothing is. A stopped partition does not copy: it counts as
 * paused.
 */
export function openIn(picture: Picture, { spec, topic }: Held, wanted: 'paused' | 'mirroring'): string[] {
  return spec.to.flatMap((target) => {
    const error = findRegion(picture, target)?.error;
    if (error !== undefined) return [`${target}: ${error.code} ${error.message}`];
    const all = partitionRows(picture, spec.name, target);
    const rows = all.filter((row) => topic === '*' || row.topic === topic);
    if (rows.length === 0) return [`a report from ${target}`];
    const others = rows.filter((row) => !stands(row, wanted));
    const more = others.length > shownMax ? [`${others.length - shownMax} more in ${target}`] : [];
    return [...others.slice(0, shownMax).map(openText), ...more];
  });
}

function stands({ state }: PartitionRow, wanted: 'paused' | 'mirroring'): boolean {
  return state === wanted || (wanted === 'paused' && state === 'stopped');
}

function openText({ topic, partition, target, state }: PartitionRow): string {
  return `${topic}-${partition} in ${target} (${state === 'unknown' ? 'no fresh report' : state})`;
}
