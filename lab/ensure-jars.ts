// `node lab/ensure-jars.ts`: fetches Kafka's jars and prepares a fast start, before the first lab needs them.
import { CausewayError } from '../src/base/errors.ts';
import { ensureClassArchive } from './class-archive.ts';
import { ensureKafkaJars } from './jars.ts';

const tell = (message: string) => process.stderr.write(`lab: ${message}\n`);
try {
  await ensureClassArchive(await ensureKafkaJars({ onProgress: tell }), tell);
} catch (error) {
  if (!(error instanceof CausewayError)) throw error;
  tell(`${error.message} (${error.code})\n  ${error.next}`);
  process.exitCode = 1;
}
