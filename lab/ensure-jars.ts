// `node lab/ensure-jars.ts`: fetches Kafka's jars and prepares a fast start, before the first lab needs them.
// With --tests also those that only `npm test` needs: Kafka Streams, and the older version that is mirrored
// from and to; KAFKA_HOME names one version, and the tests go by that.
import { CausewayError } from '../src/base/errors.ts';
import { ensureClassArchive } from './class-archive.ts';
import { ensureKafkaJars, streamsClasspath } from './jars.ts';
import { olderVersion } from './kafka-versions.ts';

const tell = (message: string) => process.stderr.write(`lab: ${message}\n`);
try {
  await ensureClassArchive(await ensureKafkaJars({ onProgress: tell }), tell);
  if (process.argv.includes('--tests') && !process.env['KAFKA_HOME']) {
    await streamsClasspath({ onProgress: tell });
    await ensureClassArchive(await ensureKafkaJars({ version: olderVersion, onProgress: tell }), tell);
  }
} catch (error) {
  if (!(error instanceof CausewayError)) throw error;
  tell(`${error.message} (${error.code})\n  ${error.next}`);
  process.exitCode = 1;
}
