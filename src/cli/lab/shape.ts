// Regions and brokers of a lab, as given by --regions and --brokers.
import { CausewayError } from '../../base/errors.ts';
import type { RegionOptions } from '../../../lab/lab-types.ts';
import { invalidOption, wholeNumber } from '../quantities.ts';
import { type OptionValues, textOption } from '../invocation.ts';

const brokersMax = 9;

/** `eu-west,us-east` or `here=aws/eu-west-1`, with `3` or `eu-west=1,us-east=3` brokers. Throws CW-6008. */
export function parseLabShape(options: OptionValues): RegionOptions[] {
  const text = textOption(options, 'regions') ?? '';
  const regions = text.split(',').map((part) => {
    const [name = '', location] = part.trim().split('=');
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
      throw invalidOption('regions', part, 'a region name: lower-case letters, digits and "-"');
    }
    return { name, ...(location !== undefined && { location }) };
  });
  const names = regions.map((region) => region.name);
  if (new Set(names).size < names.length) throw invalidOption('regions', text, 'a list of different names');
  const brokers = parseBrokers(textOption(options, 'brokers') ?? '1', names);
  return regions.map((region) => ({ ...region, brokers: brokers.get(region.name) ?? 1 }));
}

function parseBrokers(text: string, names: readonly string[]): Map<string, number> {
  const wanted = `a number from 1 to ${brokersMax}, or as in eu-west=1,us-east=3`;
  const count = (digits: string) => {
    const value = wholeNumber(digits);
    if (value === undefined || value < 1 || value > brokersMax) throw invalidOption('brokers', text, wanted);
    return value;
  };
  if (!text.includes('=')) return new Map(names.map((name) => [name, count(text)]));
  return new Map(
    text.split(',').map((part) => {
      const [name = '', digits = ''] = part.trim().split('=');
      if (!names.includes(name)) {
        throw new CausewayError(
          'CW-6008',
          `--brokers names "${name}", which is not in --regions (${names.join(', ')})`,
        );
      }
      return [name, count(digits)] as const;
    }),
  );
}
