// Which version of Kafka runs where in a lab: one for all regions, or one per region.
import { CausewayError } from '../src/base/errors.ts';

export const kafkaVersionByDefault = '4.3.1';

/**
 * The newest patch release of each line that we are tested against and whose jars are on Maven, oldest first.
 */
export const testedVersions = ['3.9.2', '4.0.2', '4.1.2', '4.2.1', '4.3.1', '4.4.0'] as const;

/** The first that the lab can run. */
export const oldestVersion = '3.9.0';

/** The older of the pair that is part of `npm test`. */
export const olderVersion = testedVersions[0];

/** For every lab that does not say which version it wants: `4.2.1`, or `eu-west=3.9.2,us-east=4.3.1`. */
export const kafkaVersionsName = 'CAUSEWAY_KAFKA_VERSION';

/** Versions by region; `all` for the regions that are not named. */
export interface KafkaVersions {
  readonly all?: string;
  readonly byRegion: ReadonlyMap<string, string>;
}

/** Throws CW-5014. */
export function parseKafkaVersions(text: string): KafkaVersions {
  if (!text.includes('=')) return { all: mustRun(text.trim()), byRegion: new Map() };
  const byRegion = text.split(',').map((part): [string, string] => {
    const [region = '', version = ''] = part.trim().split('=');
    return [region, mustRun(version)];
  });
  return { byRegion: new Map(byRegion) };
}

export const versionFor = ({ all, byRegion }: KafkaVersions, region: string): string | undefined =>
  byRegion.get(region) ?? all;

/** The version if it is one that the lab can run. Throws CW-5014. */
export function mustRun(version: string): string {
  if (/^\d+\.\d+\.\d+(?:-rc\d+)?$/.test(version) && isNewEnough(version)) return version;
  throw new CausewayError(
    'CW-5014',
    `${JSON.stringify(version)} is no version of Kafka that the lab can run: ${oldestVersion} or newer, ` +
      'as in 4.3.1',
    { version },
  );
}

/** Also of versions with a vendor's ending. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 9);
}
