// Round trips between places of the large clouds, from measurements that `cloud-regions.json` keeps.
import { readFileSync } from 'node:fs';
import { closestName } from '../../src/base/closest-name.ts';
import { CausewayError } from '../../src/base/errors.ts';

interface Table {
  readonly regions: readonly string[];
  /** Lower triangle; `null` where nobody measured. */
  readonly roundTripMs: readonly (readonly (number | null)[])[];
}

/** Names of regions that say where they are. */
const usualPlaces: Readonly<Record<string, string>> = {
  'af-south': 'aws/af-south-1',
  'ap-east': 'aws/ap-east-1',
  'ap-northeast': 'aws/ap-northeast-1',
  'ap-south': 'aws/ap-south-1',
  'ap-southeast': 'aws/ap-southeast-1',
  'ca-central': 'aws/ca-central-1',
  'eu-central': 'aws/eu-central-1',
  'eu-north': 'aws/eu-north-1',
  'eu-south': 'aws/eu-south-1',
  'eu-west': 'aws/eu-west-1',
  'me-south': 'aws/me-south-1',
  'sa-east': 'aws/sa-east-1',
  'us-east': 'aws/us-east-1',
  'us-west': 'aws/us-west-2',
};

/** Between places that nobody measured, or that are not known. */
export const roundTripMsByDefault = 80;

let table: Table | undefined;

function readTable(): Table {
  table ??= JSON.parse(readFileSync(new URL('cloud-regions.json', import.meta.url), 'utf8')) as Table;
  return table;
}

/**
 * The place of a region as `provider/region`: as given, or what its name says; `undefined` where that says
 * nothing. Throws CW-5014 for a given place that is not in the table.
 */
export function placeOfRegion(name: string, location?: string): string | undefined {
  const { regions } = readTable();
  if (location === undefined) {
    return usualPlaces[name] ?? regions.find((place) => place.endsWith(`/${name}`));
  }
  if (regions.includes(location)) return location;
  const closest = closestName(location, regions);
  throw new CausewayError(
    'CW-5014',
    `region ${name}: the lab knows no round trips for ${location}` +
      (closest === undefined ? '; a location is like aws/eu-west-1' : `; did you mean ${closest}?`),
  );
}

/** Measured, or 80 ms where nothing is known; about half a millisecond within one place. */
export function roundTripMs(from: string | undefined, to: string | undefined): number {
  if (from === undefined || to === undefined) return roundTripMsByDefault;
  const { regions, roundTripMs: rows } = readTable();
  const [a, b] = [regions.indexOf(from), regions.indexOf(to)];
  if (a === b) return 0.5;
  return rows[Math.max(a, b)]?.[Math.min(a, b)] ?? roundTripMsByDefault;
}
