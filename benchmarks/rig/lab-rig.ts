// The rig of a normal run: a lab of our own with one broker per region and its files in memory where there
// is room.
import { rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { kafkaClasspath } from '../../lab/jars.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { newRunFolder, placeAt, type Rig } from './rig.ts';

const memoryFolder = '/dev/shm';
const memoryBytesMin = 12 * 1024 ** 3;
const heapMb = 1024;
const sourceRegion = 'source';
const targetRegion = 'target';

/**
 * As the figures that the goals were set by: default settings, large segments, nothing deleted on its own.
 */
const brokerSettings = {
  'num.network.threads': '3',
  'num.io.threads': '4',
  'log.retention.ms': '-1',
  'log.segment.delete.delay.ms': '1000',
  'message.max.bytes': String(16 * 1024 * 1024),
};

export interface LabRigOptions {
  readonly keepLogs: boolean;
  readonly onProgress: (message: string) => void;
}

export async function startLabRig(options: LabRigOptions): Promise<Rig> {
  const dataFolder = dataFolderWithRoom();
  options.onProgress(`brokers' files in ${dataFolder}`);
  const lab = await startLab({
    kind: 'benchmark',
    regions: [{ name: sourceRegion }, { name: targetRegion }],
    heapMb,
    jvm: 'throughput',
    brokerSettings,
    dataFolder,
    onProgress: options.onProgress,
  });
  return rigOf(lab, await kafkaClasspath(), options.keepLogs);
}

function rigOf(lab: Lab, classpath: string, keepLogs: boolean): Rig {
  const folder = newRunFolder();
  const source = placeAt(
    sourceRegion,
    lab.bootstrapServers(sourceRegion),
    lab.bootstrapServers(sourceRegion, targetRegion),
  );
  const target = placeAt(
    targetRegion,
    lab.bootstrapServers(targetRegion),
    lab.bootstrapServers(targetRegion, sourceRegion),
  );
  return {
    source,
    target,
    classpath,
    folder,
    setLink: (settings) => lab.wan.set(sourceRegion, targetRegion, settings),
    [Symbol.asyncDispose]: async () => {
      await source.admin[Symbol.asyncDispose]();
      await target.admin[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
      if (!keepLogs) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Memory where it has room for both copies of the largest topic, else the system's folder for temporary
 * files.
 */
function dataFolderWithRoom(): string {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder);
    if (bavail * bsize >= memoryBytesMin) return memoryFolder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return tmpdir();
}
