// kcat as a reader: a process for each reading, which ends at the end of the partition.
import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { runProgram } from '../../lab/programs.ts';
import type { Reader, Reading, SeenLog, SeenRecord } from './reader.ts';

/** Or why there is none. */
export async function findKcat(): Promise<Reader | string> {
  const { exitCode, stdout, stderr } = await runProgram('kcat', ['-V']);
  if (exitCode !== 0) return 'there is no kcat (Debian: apt install kcat)';
  const told = `${stdout}${stderr}`;
  const version = /^Version (\S+)/m.exec(told)?.[1] ?? '?';
  const library = /librdkafka (\S+)/.exec(told)?.[1] ?? '?';
  return {
    name: `kcat ${version} (librdkafka ${library})`,
    async read(readings) {
      const logs: SeenLog[] = [];
      for (const reading of readings) logs.push(await readOne(reading));
      return logs;
    },
  };
}

/** Offset, timestamp, lengths of key and value (-1: null) in a line; then their bytes, headers, and a one. */
const format = String.raw`%o %T %K %S\n%k%s%h\x01`;

async function readOne({ servers, topic, level }: Reading): Promise<SeenLog> {
  // A short wait: the last fetch is the one that finds nothing more.
  const settings = [`isolation.level=${level}`, 'check.crcs=true', 'fetch.wait.max.ms=20'];
  const place = ['-b', servers, '-t', topic, '-p', '0', '-o', 'beginning'];
  const child = spawn(
    'kcat',
    ['-C', ...place, '-e', ...settings.flatMap((each) => ['-X', each]), '-f', format],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, seen, told] = await Promise.all([exited, buffer(child.stdout), text(child.stderr)]);
  const end = /Reached end of topic .* at offset (\d+)/.exec(told)?.[1];
  if (exitCode !== 0 || end === undefined) throw new Error(`kcat ended with ${exitCode}: ${told}`);
  return { records: [...recordsIn(seen)], end: Number(end) };
}

/** As `format` lays them out. */
export function* recordsIn(bytes: Buffer): Generator<SeenRecord, void> {
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\n', at);
    const [offset = -1, timestamp = -1, keyBytes = 0, valueBytes = 0] = bytes
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    const keyEnd = lineEnd + 1 + Math.max(0, keyBytes);
    const valueEnd = keyEnd + Math.max(0, valueBytes);
    const end = bytes.indexOf(1, valueEnd);
    if (lineEnd < 0 || end < 0) throw new Error(`kcat’s output ends within a record, at byte ${at}`);
    yield {
      offset,
      timestamp,
      key: keyBytes < 0 ? null : bytes.toString('base64', lineEnd + 1, keyEnd),
      value: valueBytes < 0 ? null : bytes.toString('base64', keyEnd, valueEnd),
      headers: bytes.toString('latin1', valueEnd, end),
    };
    at = end + 1;
  }
}
