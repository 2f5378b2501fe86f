// `causeway status`: regions and mirror sets, once or again and again.
import { restOn } from '../../base/clock.ts';
import { type Regions, withRegions } from '../access/regions.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation } from '../invocation.ts';
import { createScreen, type Screen } from '../output/screen.ts';
import { durationOption } from '../quantities.ts';
import type { Picture } from '../view/picture.ts';
import { type SetStatus, setStatuses } from '../view/status.ts';
import { isHealthy, statusData, statusText } from '../view/status-text.ts';

export const endsInOrder = true;

const clearScreen = '\u001B[2J\u001B[H';
/** Two looks this far apart give a rate; workers report once a second. */
const secondLookMs = 1_500;
const intervalBounds = { from: '100ms', to: '1h' };

export function run(invocation: Invocation): Promise<ExitCode> {
  return withRegions(invocation, (regions) =>
    flagOption(invocation.options, 'watch') ? watch(invocation, regions) : lookOnce(invocation, regions),
  );
}

async function lookOnce(invocation: Invocation, regions: Regions): Promise<ExitCode> {
  const screen = createScreen(invocation);
  const first = setStatuses(await regions.look());
  const picture = await secondLook(invocation, regions, first);
  const statuses = setStatuses(picture, first);
  await show(screen, picture, statuses);
  const wanted = flagOption(invocation.options, 'detailedExitcode');
  return wanted && !isHealthy(picture, statuses) ? exitCode.unhealthy : exitCode.fine;
}

/** Rates need two observations, so there is a second look, where there is anything to have a rate. */
async function secondLook(
  invocation: Invocation,
  regions: Regions,
  first: readonly SetStatus[],
): Promise<Picture> {
  const moving = first.some((status) => status.counts.has('mirroring'));
  if (moving) await invocation.terminal.clock.sleep(secondLookMs, invocation.terminal.signal);
  return regions.look();
}

async function watch(invocation: Invocation, regions: Regions): Promise<ExitCode> {
  const { clock, signal, stdout } = invocation.terminal;
  const intervalMs = durationOption(invocation.options, 'interval', intervalBounds) ?? 2_000;
  const screen = createScreen(invocation);
  const inPlace = invocation.output === 'table' && stdout.isTTY === true;
  regions.follow();
  let before: readonly SetStatus[] = [];
  while (!signal.aborted) {
    const picture = await regions.lookAtWhatAnswers();
    const statuses = setStatuses(picture, before);
    if (inPlace) screen.data(clearScreen);
    await show(screen, picture, statuses);
    before = statuses;
    await restOn(clock, intervalMs, signal);
  }
  return exitCode.interrupted;
}

function show(screen: Screen, picture: Picture, statuses: readonly SetStatus[]): Promise<void> {
  return screen.report({
    text: (paint) => statusText(picture, statuses, paint),
    data: statusData(picture, statuses),
    names: statuses.map((status) => `${status.set}/${status.target}`),
  });
}
