// `causeway lab wan set FROM TO`: changes a link of the running lab.
import type { CutMode, LinkChange } from '../../../lab/lab-types.ts';
import { CausewayError } from '../../base/errors.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { flagOption, type Invocation, mustArgument, type OptionValues } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { durationOption, rateOption } from '../quantities.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { options } = invocation;
  const change = linkChange(options);
  if (Object.keys(change).length === 0) {
    throw new CausewayError(
      'CW-6008',
      'nothing to change: give --rtt, --jitter, --bandwidth, --cut or --join',
    );
  }
  const { setWan } = await import('../../../lab/control-client.ts');
  const [from, to] = [mustArgument(invocation, 0), mustArgument(invocation, 1)];
  const status = await setWan(from, to, change, flagOption(options, 'oneWay'));
  await showLab(createScreen(invocation), status);
  return exitCode.fine;
}

export function linkChange(options: OptionValues): LinkChange {
  const rttMs = durationOption(options, 'rtt');
  const jitterMs = durationOption(options, 'jitter');
  const unlimited = options['bandwidth'] === 'none';
  const bandwidth = unlimited ? null : rateOption(options, 'bandwidth');
  const cut = cutOption(options);
  return {
    ...(rttMs !== undefined && { rttMs }),
    ...(jitterMs !== undefined && { jitterMs }),
    ...(bandwidth !== undefined && { bandwidthBytesPerSecond: bandwidth }),
    ...(cut !== undefined && { cut }),
  };
}

function cutOption(options: OptionValues): CutMode | null | undefined {
  const join = flagOption(options, 'join');
  const cut = options['cut'];
  if (cut !== undefined && join) throw new CausewayError('CW-6008', '--cut and --join exclude each other');
  if (join) return null;
  if (cut === undefined) return undefined;
  return cut === 'reset' ? 'reset' : 'hold';
}
