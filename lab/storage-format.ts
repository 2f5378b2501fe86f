// Formats a broker's data folder without starting Java each time: what Kafka's own tool writes once is kept
// as a template, and only the ids are new. Up to Kafka 4.3 that is `bootstrap.checkpoint`, from 4.4 on a
// first snapshot of the metadata log.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { brokerProperties } from './broker-properties.ts';
import type { KafkaJars } from './jars.ts';
import { mustFindJava } from './java.ts';
import { runProgram } from './programs.ts';

const templateName = 'storage-template';
const identityName = 'meta.properties';

/** Kafka's form of an id: 16 random bytes in base64 for URLs, not beginning with a dash. */
export function newKafkaId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newKafkaId() : id;
}

/** Writes what `kafka-storage format` would write: the ids, and the features that the cluster starts with. */
export async function formatStorage(
  jars: KafkaJars,
  folder: string,
  clusterId: string,
  nodeId: number,
): Promise<void> {
  const template = await ensureTemplate(jars);
  await cp(template, folder, { recursive: true });
  const lines = [`node.id=${nodeId}`, `directory.id=${newKafkaId()}`, 'version=1', `cluster.id=${clusterId}`];
  await writeFile(join(folder, identityName), `${lines.join('\n')}\n`);
}

async function ensureTemplate(jars: KafkaJars): Promise<string> {
  const template = join(jars.workFolder, templateName);
  if (existsSync(template)) return template;
  await mkdir(jars.workFolder, { recursive: true });
  const scratch = await mkdtemp(join(jars.workFolder, 'format-'));
  try {
    const properties = join(scratch, 'server.properties');
    const dataFolder = join(scratch, 'data');
    const listeners = new Map([
      ['LOCAL', 1024],
      ['CONTROLLER', 1025],
    ]);
    await writeFile(
      properties,
      brokerProperties({
        nodeId: 1,
        brokersInRegion: 1,
        listeners,
        advertised: new Map(),
        quorumVoters: '1@127.0.0.1:1025',
        dataFolder,
        settings: {},
      }),
    );
    const { java } = await mustFindJava();
    const tool = ['kafka.tools.StorageTool', 'format', '-t', newKafkaId(), '-c', properties];
    const { exitCode, stdout, stderr } = await runProgram(java, [
      '-XX:TieredStopAtLevel=1',
      '-cp',
      jars.classpath,
      ...tool,
    ]);
    if (exitCode !== 0) {
      throw new CausewayError(
        'CW-5013',
        `kafka-storage format failed (exit code ${exitCode}):\n${stdout}${stderr}`,
      );
    }
    await rm(join(dataFolder, identityName));
    await rename(dataFolder, template).catch((error: NodeJS.ErrnoException) => {
      const otherWasFirst = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (!otherWasFirst) throw error;
    });
    return template;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
