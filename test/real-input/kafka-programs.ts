// Kafka's own programs for the test on real input: a stock producer and a stock consumer.
import { fileURLToPath } from 'node:url';
import { codecs } from '../../src/kafka/batch/header.ts';
import { javaConsumerLines } from '../clients/java-consumer.ts';
import { javaLines } from '../fixtures/java-lines.ts';

const rowProducer = fileURLToPath(new URL('./RowProducer.java', import.meta.url));

/** All rows of the files into the topic `<prefix>-<codec>` of each codec; returns how many rows there are. */
export async function produceRows(
  bootstrapServers: string,
  prefix: string,
  partitions: number,
  files: readonly string[],
): Promise<number> {
  let last = '';
  for await (const line of javaLines(rowProducer, [bootstrapServers, prefix, `${partitions}`, ...files])) {
    last = line;
  }
  return Number(last);
}

/** Everything that a stock consumer sees of these topics, one line per record. */
export async function* consumeRows(
  servers: string,
  prefix: string,
  partitions: number,
): AsyncGenerator<string, void> {
  const level = 'read_committed';
  const readings = codecs.map(
    (codec) => ({ servers, topic: `${prefix}-${codec}`, level, partitions }) as const,
  );
  for await (const line of javaConsumerLines(readings)) if (!line.startsWith('end ')) yield line;
}
