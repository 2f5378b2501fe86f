// librdkafka as a reader, through its Python package, which brings the library with it. Installed once, into
// a folder of `.cache` that no other program uses.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../lab/folders.ts';
import { runProgram } from '../../lab/programs.ts';
import type { Reader, SeenLog, SeenRecord } from './reader.ts';

const program = fileURLToPath(new URL('./librdkafka_consumer.py', import.meta.url));
const packageVersion = '2.16.1';

/** Where its Python package is installed, after installing it if need be; or why it is not. */
export async function librdkafkaFolder(): Promise<
  { readonly folder: string } | { readonly trouble: string }
> {
  const python = await runProgram('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  if (python.exitCode !== 0)
    return { trouble: 'there is no python3 (Debian: apt install python3 python3-pip)' };
  const folder = path.join(cacheFolder, `confluent-kafka-${packageVersion}-python${python.stdout.trim()}`);
  const trouble = existsSync(folder) ? undefined : await install(folder);
  return trouble === undefined ? { folder } : { trouble };
}

/** Or why there is none. */
export async function findLibrdkafka(): Promise<Reader | string> {
  const found = await librdkafkaFolder();
  if ('trouble' in found) return found.trouble;
  const { folder } = found;
  const env = { PYTHONPATH: folder };
  const asked = await runProgram(
    'python3',
    ['-c', 'import confluent_kafka; print(confluent_kafka.libversion()[0])'],
    { env },
  );
  if (asked.exitCode !== 0)
    return `the Python package of librdkafka does not load: ${lastLine(asked.stderr)}`;
  return {
    name: `librdkafka ${asked.stdout.trim()}`,
    async read(readings) {
      const { exitCode, stdout, stderr } = await runProgram('python3', [program, JSON.stringify(readings)], {
        env,
      });
      if (exitCode !== 0) throw new Error(`librdkafka’s program ended with ${exitCode}: ${stderr}`);
      const logs = logsIn(stdout);
      if (logs.length !== readings.length) {
        throw new Error(`${logs.length} of ${readings.length} logs were read`);
      }
      return logs;
    },
  };
}

/** Says what went wrong. The folder appears under its name only when it is complete. */
async function install(folder: string): Promise<string | undefined> {
  const staging = await mkdtemp(`${folder}-`);
  try {
    const how = ['--only-binary', ':all:', '--no-deps', '--disable-pip-version-check', '--quiet'];
    const what = ['--target', staging, `confluent-kafka==${packageVersion}`];
    const { exitCode, stderr } = await runProgram('python3', ['-m', 'pip', 'install', ...how, ...what]);
    if (exitCode !== 0) return `pip could not install confluent-kafka ${packageVersion}: ${lastLine(stderr)}`;
    await rename(staging, folder).catch((error: NodeJS.ErrnoException) => {
      const otherWasFirst = error.code === 'ENOTEMPTY' || error.code === 'EEXIST';
      if (!otherWasFirst) throw error;
    });
    return undefined;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

function logsIn(lines: string): SeenLog[] {
  const logs: SeenLog[] = [];
  let records: SeenRecord[] = [];
  for (const line of lines.trimEnd().split('\n')) {
    const seen = JSON.parse(line) as SeenRecord | { readonly end: number };
    if ('end' in seen) {
      logs.push({ records, end: seen.end });
      records = [];
    } else {
      records.push(seen);
    }
  }
  return logs;
}
