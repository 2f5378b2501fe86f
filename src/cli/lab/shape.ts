// Regions, brokers and versions of a lab, as given by --regions, --brokers and --kafka-version.
import { CausewayError } from '../../base/errors.ts';
import type { RegionOptions } from '../../../lab/lab-types.ts';
import { invalidOption, wholeNumber } from '../quantities.ts';
import { type OptionValues, textOption } from '../invocation.ts';

const brokersMax = 9;

/**
 * `eu-west,us-east` or `here=aws/eu-west-1`, with `3` or `eu-west=1,us-east=3` brokers, and versions
 * likewise. Throws CW-6008.
 */
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
  const versions = parseVersions(textOption(options, 'kafkaVersion'), names);
  return regions.map((region) => {
    const kafkaVersion = versions.get(region.name);
    const brokersHere = brokers.get(region.name) ?? 1;
    return { ...region, brokers: brokersHere, ...(kafkaVersion !== undefined && { kafkaVersion }) };
  });
}

/** Whether the lab can run a version is for the lab to say. */
function parseVersions(text: string | undefined, names: readonly string[]): Map<string, string> {
  if (text === undefined) return new Map();
  const version = (given: string) => {
    if (/^\d+\.\d+\.\d+(-rc\d+)?$/.test(given)) return given;
    throw invalidOption('kafka-version', text, 'a version as in 4.3.1, or as in eu-west=3.9.2,us-east=4.3.1');
  };
  return perRegion('kafka-version', text, names, version);
}

function parseBrokers(text: string, names: readonly string[]): Map<string, number> {
  const wanted = `a number from 1 to ${brokersMax}, or as in eu-west=1,us-east=3`;
  const count = (digits: string) => {
    const value = wholeNumber(digits);
    if (value === undefined || value < 1 || value > brokersMax) throw invalidOption('brokers', text, wanted);
    return value;
  };
  return perRegion('brokers', text, names, count);
}

/** One value for all regions, or `region=value` for some. */
function perRegion<T>(
  option: string,
  text: string,
  names: readonly string[],
  read: (value: string) => T,
): Map<string, T> {
  if (!text.includes('=')) return new Map(names.map((name) => [name, read(text)]));
  return new Map(
    text.split(',').map((part) => {
      const [name = '', value = ''] = part.trim().split('=');
      if (!names.includes(name)) {
        throw new CausewayError(
          'CW-6008',
          `--${option} names "${name}", which is not in --regions (${names.join(', ')})`,
        );
      }
      return [name, read(value)] as const;
    }),
  );
}
