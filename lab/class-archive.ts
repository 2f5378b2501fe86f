// Makes Java's class archive: one broker runs for a moment and writes, as it ends, the classes that it has
// loaded.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { classArchiveFile } from './class-archive-file.ts';
import type { KafkaJars } from './jars.ts';
import type { OnProgress } from './lab-types.ts';
import { chooseRegionPorts, Region } from './region.ts';

/**
 * Makes the archive unless it is there. Without one brokers only start more slowly, so a failure is told and
 * not thrown.
 */
export async function ensureClassArchive(jars: KafkaJars, onProgress?: OnProgress): Promise<void> {
  const archive = await classArchiveFile(jars);
  if (existsSync(archive)) return;
  onProgress?.('preparing a fast start of brokers, once');
  const folder = await mkdtemp(join(jars.workFolder, 'archive-'));
  try {
    const made = join(folder, 'made.jsa');
    await runOneBroker(jars, folder, made);
    if (existsSync(made)) await rename(made, archive);
    else onProgress?.(`no class archive: ${await readFile(join(folder, 'archive-1.log'), 'utf8')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOneBroker(jars: KafkaJars, folder: string, archive: string): Promise<void> {
  const plan = {
    labId: `archive-${process.pid}`,
    region: 'archive',
    jars,
    folder,
    heapMb: 384,
    jvm: 'start' as const,
    brokers: 1,
    location: undefined,
    dataFolder: join(folder, 'data'),
    remoteRegions: [],
    settings: {},
    protocols: new Map(),
    javaFlags: [`-XX:ArchiveClassesAtExit=${archive}`],
  };
  const region = await Region.prepare(plan, await chooseRegionPorts(plan), []);
  try {
    await region.start();
  } finally {
    await Promise.all(region.brokers.map((broker) => broker.stop()));
  }
}
