// Kafka's jars: fetched once through Maven into `.cache/kafka-<version>`, or taken from KAFKA_HOME. Of other
// versions than the usual one only what a broker needs.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { cacheFolder, repositoryFolder } from './folders.ts';
import { mustFindJava, mustFindMaven } from './java.ts';
import { isNewEnough, kafkaVersionByDefault, mustRun, oldestVersion } from './kafka-versions.ts';
import type { OnProgress } from './lab-types.ts';
import { runProgram } from './programs.ts';

export interface KafkaJars {
  readonly version: string;
  readonly libFolder: string;
  /** Sorted, so that it is the same text each time: Java's class archive demands that. */
  readonly classpath: string;
  /** For what is made once from these jars: class archive, storage template, compiled programs. */
  readonly workFolder: string;
}

export interface JarsOptions {
  readonly version?: string;
  readonly onProgress?: OnProgress;
  /** Ends the download early. */
  readonly signal?: AbortSignal;
}

/**
 * Makes sure that Kafka's jars are there. The first call on a machine takes as long as the download.
 * Throws CW-5001 (Java), CW-5002 (Maven), CW-5003 (download), CW-5004 (KAFKA_HOME), CW-5014 (version).
 */
export async function ensureKafkaJars(options: JarsOptions = {}): Promise<KafkaJars> {
  await mustFindJava();
  const kafkaHome = process.env['KAFKA_HOME'];
  if (kafkaHome && options.version === undefined) return jarsOfKafkaHome(kafkaHome);
  const version = mustRun(options.version ?? kafkaVersionByDefault);
  const workFolder = join(cacheFolder, `kafka-${version}`);
  const libFolder = join(workFolder, isUsual(version) ? 'lib' : 'broker-lib');
  const args = isUsual(version) ? [] : ['-Dbrokers.only'];
  const what = `Kafka ${version} through Maven, about ${isUsual(version) ? 120 : 90} MB`;
  if (!existsSync(libFolder)) await fetchJars({ version, workFolder, libFolder, args, what }, options);
  return jarsIn(version, libFolder, workFolder);
}

/**
 * The class path of applications with Kafka Streams: Kafka's jars and that of Streams. Without RocksDB, which
 * is half as large as everything else: state stores are to be in memory. Throws as `ensureKafkaJars`.
 */
export async function streamsClasspath(options: Omit<JarsOptions, 'version'> = {}): Promise<string> {
  const { version, classpath, workFolder } = await ensureKafkaJars(options);
  if (process.env['KAFKA_HOME']) return classpath;
  const libFolder = join(workFolder, 'streams-lib');
  const args = ['-Dstreams', '-DincludeArtifactIds=kafka-streams'];
  const what = `Kafka Streams ${version} through Maven`;
  if (!existsSync(libFolder)) await fetchJars({ version, workFolder, libFolder, args, what }, options);
  return `${classpath}:${(await jarsIn(version, libFolder, workFolder)).classpath}`;
}

/** The version of the tools, of the benchmark and of tests that call Kafka's classes. */
const isUsual = (version: string): boolean => version === kafkaVersionByDefault;

/** The class path of jars that are already there; see `ensureKafkaJars`. */
export async function kafkaClasspath(version?: string): Promise<string> {
  return (await ensureKafkaJars(version === undefined ? {} : { version })).classpath;
}

async function jarsIn(version: string, libFolder: string, workFolder: string): Promise<KafkaJars> {
  const names = (await readdir(libFolder)).filter((name) => name.endsWith('.jar')).sort();
  const classpath = names.map((name) => join(libFolder, name)).join(':');
  return { version, libFolder, classpath, workFolder };
}

async function jarsOfKafkaHome(kafkaHome: string): Promise<KafkaJars> {
  const libFolder = join(kafkaHome, 'libs');
  const names = existsSync(libFolder) ? await readdir(libFolder) : [];
  const version = names.map((name) => /^kafka-clients-(\d+\..*)\.jar$/.exec(name)?.[1]).find(Boolean);
  if (version === undefined || !isNewEnough(version)) {
    const has = version === undefined ? 'no kafka-clients jar' : `version ${version}`;
    throw new CausewayError(
      'CW-5004',
      `KAFKA_HOME is ${kafkaHome}, and ${libFolder} has ${has}; ` +
        `the lab runs Kafka ${oldestVersion} and newer`,
    );
  }
  const workFolder = join(cacheFolder, `kafka-home-${version}`);
  await mkdir(workFolder, { recursive: true });
  return jarsIn(version, libFolder, workFolder);
}

interface Fetch {
  readonly version: string;
  readonly workFolder: string;
  readonly libFolder: string;
  /** For Maven: which of the jars. */
  readonly args: readonly string[];
  readonly what: string;
}

// The folder appears under its name only when it is complete, also when two processes fetch at once.
async function fetchJars(
  { version, workFolder, libFolder, args: which, what }: Fetch,
  { onProgress, signal }: JarsOptions,
): Promise<void> {
  const mvn = await mustFindMaven();
  onProgress?.(`fetching ${what}, once`);
  await mkdir(workFolder, { recursive: true });
  const staging = await mkdtemp(join(workFolder, 'fetch-'));
  try {
    const args = [
      '-q',
      '-B',
      '-f',
      join(repositoryFolder, 'lab', 'pom.xml'),
      'dependency:copy-dependencies',
      `-Dkafka.version=${version}`,
      ...which,
      `-DoutputDirectory=${staging}`,
    ];
    const { exitCode, stdout, stderr } = await runProgram(mvn, args, signal === undefined ? {} : { signal });
    if (exitCode !== 0) {
      const words = (stdout + stderr).split('\n').filter((line) => line.includes('ERROR'));
      throw new CausewayError(
        'CW-5003',
        `Maven could not fetch Kafka ${version} (exit code ${exitCode}):\n${words.slice(0, 6).join('\n')}`,
        { version },
      );
    }
    await rename(staging, libFolder).catch((error: NodeJS.ErrnoException) => {
      const otherWasFirst = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (!otherWasFirst) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
