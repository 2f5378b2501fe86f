// Kafka's own programs for the test on real input: a stock producer and consumer, and the dump of log
// segments.
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureKafkaJars } from '../../lab/jars.ts';
import { mustFindJava } from '../../lab/java.ts';

const rowPeer = fileURLToPath(new URL('./RowPeer.java', import.meta.url));

/** All rows of the files into the topic `<prefix>-<codec>` of each codec; returns how many rows there are. */
export async function produceRows(
  bootstrapServers: string,
  prefix: string,
  partitions: number,
  files: readonly string[],
): Promise<number> {
  let last = '';
  for await (const line of linesOf(rowPeer, 'produce', bootstrapServers, prefix, `${partitions}`, ...files)) {
    last = line;
  }
  return Number(last);
}

/** Everything that a stock consumer sees of these topics, one line per record. */
export const consumeRows = (
  bootstrapServers: string,
  prefix: string,
  partitions: number,
): AsyncGenerator<string, void> => linesOf(rowPeer, 'consume', bootstrapServers, prefix, `${partitions}`);

/** All log segments of these topics in a broker's data folder, in order, as `kafka-dump-log` prints them. */
export async function* dumpSegments(dataFolder: string, prefix: string): AsyncGenerator<string, void> {
  const folders = (await readdir(dataFolder)).filter((name) => name.startsWith(`${prefix}-`)).sort();
  const files: string[] = [];
  for (const folder of folders) {
    const segments = (await readdir(path.join(dataFolder, folder))).filter((name) => name.endsWith('.log'));
    files.push(...segments.sort().map((name) => path.join(dataFolder, folder, name)));
  }
  yield* linesOf('org.apache.kafka.tools.DumpLogSegments', '--print-data-log', '--files', files.join(','));
}

/** The lines that a Java program prints; throws with its complaints when it fails. */
async function* linesOf(program: string, ...args: readonly string[]): AsyncGenerator<string, void> {
  const { java } = await mustFindJava();
  const { classpath } = await ensureKafkaJars();
  const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', '-Dfile.encoding=UTF-8'];
  const child = spawn(java, [...options, '-cp', classpath, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = `${complaints}${text}`.slice(-4_000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    yield* createInterface({ input: child.stdout, crlfDelay: Infinity });
    const exitCode = await ended;
    if (exitCode !== 0) throw new Error(`${program} ${args[0]}: exit code ${exitCode}\n${complaints}`);
  } finally {
    child.kill('SIGKILL');
  }
}
