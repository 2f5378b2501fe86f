// The jars of each region's brokers: every version that is asked for is fetched and prepared once.
import { ensureClassArchive } from './class-archive.ts';
import { ensureKafkaJars, type KafkaJars } from './jars.ts';
import { kafkaVersionsName, type KafkaVersions, parseKafkaVersions, versionFor } from './kafka-versions.ts';
import type { LabOptions, LabRegionOptions } from './lab-options.ts';

/** In the order of the regions. Throws CW-5001 to CW-5004 and CW-5014. */
export async function jarsOfRegions(
  regions: readonly LabRegionOptions[],
  options: LabOptions,
): Promise<KafkaJars[]> {
  const told = process.env[kafkaVersionsName];
  const versions: KafkaVersions = told ? parseKafkaVersions(told) : { byRegion: new Map() };
  const ready = new Map<string | undefined, KafkaJars>();
  const found: KafkaJars[] = [];
  for (const region of regions) {
    const version = region.kafkaVersion ?? options.kafkaVersion ?? versionFor(versions, region.name);
    const jars = ready.get(version) ?? (await prepare(version, options));
    ready.set(version, jars);
    found.push(jars);
  }
  return found;
}

async function prepare(version: string | undefined, { onProgress, signal }: LabOptions): Promise<KafkaJars> {
  const jars = await ensureKafkaJars({
    ...(version !== undefined && { version }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  });
  await ensureClassArchive(jars, onProgress);
  return jars;
}
