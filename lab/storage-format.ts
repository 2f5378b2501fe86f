// Formats a broker's data folder without starting Java each time: what Kafka's own tool writes once is kept
// as a template, and only the ids are new.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { brokerProperties } from './broker-properties.ts';
import type { KafkaJars } from './jars.ts';
import { mustFindJava } from './java.ts';
import { runProgram } from './programs.ts';

const templateName = 'bootstrap.checkpoint';

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
  await mkdir(folder, { recursive: true });
  await copyFile(template, join(folder, templateName));
  const lines = [`node.id=${nodeId}`, `directory.id=${newKafkaId()}`, 'version=1', `cluster.id=${clusterId}`];
  await writeFile(join(folder, 'meta.properties'), `${lines.join('\n')}\n`);
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
    await rename(join(dataFolder, templateName), template);
    return template;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
