// Java's class archive for brokers (AppCDS): it halves the time that a broker needs to start. Where it lies,
// and the flags that use it; `class-archive.ts` makes it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KafkaJars } from './jars.ts';
import { mustFindJava } from './java.ts';

/** One archive per major version of Java; Java itself refuses one of another build and goes on without. */
export async function classArchiveFile(jars: KafkaJars): Promise<string> {
  const { major } = await mustFindJava();
  return join(jars.workFolder, `broker-java${major}.jsa`);
}

const log4jFile = fileURLToPath(new URL('log4j2.properties', import.meta.url));

/**
 * Logging and, where it exists, the archive. The class path goes along as CLASSPATH, to keep `ps` readable.
 */
export async function brokerJavaFlags(jars: KafkaJars): Promise<string[]> {
  const archive = await classArchiveFile(jars);
  const logging = `-Dlog4j2.configurationFile=${log4jFile}`;
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', logging] : [logging];
}
