// Kafka's own consumer as a reader: any number of readings in one virtual machine.
import { fileURLToPath } from 'node:url';
import { kafkaVersionByDefault } from '../../lab/kafka-versions.ts';
import { javaLines } from '../fixtures/java-lines.ts';
import type { Reader, Reading, SeenLog, SeenRecord } from './reader.ts';

const program = fileURLToPath(new URL('./JavaConsumer.java', import.meta.url));

export interface TopicReading extends Reading {
  readonly partitions: number;
}

/** Everything as the program prints it: a line per record, and one with the bounds of each partition. */
export const javaConsumerLines = (readings: readonly TopicReading[]): AsyncGenerator<string, void> =>
  javaLines(
    program,
    readings.flatMap(({ servers, level, topic, partitions }) => [servers, level, topic, `${partitions}`]),
  );

/** The log's bounds besides. */
export interface BoundedLog extends SeenLog {
  readonly start: number;
}

export const javaConsumer: Reader<BoundedLog> = {
  name: `Java consumer ${kafkaVersionByDefault}`,
  async read(readings) {
    const logs: BoundedLog[] = [];
    let records: SeenRecord[] = [];
    for await (const line of javaConsumerLines(readings.map((each) => ({ ...each, partitions: 1 })))) {
      const words = line.split(' ');
      if (words[0] === 'end') {
        logs.push({ records, start: Number(words[3]), end: Number(words[4]) });
        records = [];
      } else {
        records.push(recordOf(words));
      }
    }
    if (logs.length !== readings.length)
      throw new Error(`${logs.length} of ${readings.length} logs were read`);
    return logs;
  },
};

const recordOf = ([, , offset, , timestamp, key = '', value = '', ...headers]: string[]): SeenRecord => ({
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: bytesOf(key),
  value: bytesOf(value),
  headers: headers.join(' '),
});

const bytesOf = (word: string): string | null => (word === 'null' ? null : word.slice(1, -1));
