// `causeway lab load start`: live traffic, on the example topics or as asked for.
import { codecs, type LabStatus, type LoadOptions } from '../../../lab/lab-types.ts';
import { parseRateBytesPerSecond } from '../../topology/units.ts';
import { type ExitCode, exitCode } from '../exit-codes.ts';
import { type Invocation, listOption, type OptionValues, textOption } from '../invocation.ts';
import { createScreen } from '../output/screen.ts';
import { countOption, invalidOption, parseRecordsPerSecond, sizeOption } from '../quantities.ts';
import { showLab } from '../view/lab-status.ts';

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { mustFindLab, startLoad } = await import('../../../lab/control-client.ts');
  const load = loadOptions(invocation.options, await mustFindLab());
  await showLab(createScreen(invocation), await startLoad(load));
  return exitCode.fine;
}

/** Undefined where nothing was asked for: then the lab produces to its example topics. */
function loadOptions(options: OptionValues, lab: LabStatus): LoadOptions | undefined {
  const topics = listOption(options, 'topic');
  const asked = ['region', 'rate', 'recordSize', 'codec', 'keys', 'acks'].some(
    (name) => options[name] !== undefined,
  );
  if (topics.length === 0 && !asked) return undefined;
  const current = lab.load[0];
  const recordBytes = sizeOption(options, 'recordSize');
  const codec = codecs.find((name) => name === options['codec']);
  const keys = countOption(options, 'keys');
  const acks = (['all', '1', '0'] as const).find((name) => name === options['acks']);
  return {
    region: textOption(options, 'region') ?? lab.regions[0]?.name ?? '',
    topics: topics.length > 0 ? topics : (current?.topics ?? []),
    ...rateOf(textOption(options, 'rate') ?? '200/s'),
    ...(recordBytes !== undefined && { recordBytes }),
    ...(codec !== undefined && { codec }),
    ...(keys !== undefined && { keys }),
    ...(acks !== undefined && { acks }),
  };
}

/** `500/s` are records, `5MB/s` bytes. */
function rateOf(text: string): { recordsPerSecond: number } | { bytesPerSecond: number } {
  const recordsPerSecond = parseRecordsPerSecond(text);
  if (recordsPerSecond !== undefined) return { recordsPerSecond };
  const bytesPerSecond = parseRateBytesPerSecond(text);
  if (bytesPerSecond !== undefined) return { bytesPerSecond };
  throw invalidOption('rate', text, 'a rate like 500/s (records) or 5MB/s');
}
