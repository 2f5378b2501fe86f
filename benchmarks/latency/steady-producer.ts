// Produces records of one size at a steady rate, whatever the brokers do: each record carries the time at
// which it was to be sent, so a late one shows as late (no coordinated omission).
// Usage: steady-producer.ts SERVERS TOPIC PARTITIONS RECORD_BYTES RECORDS_PER_SECOND; SIGTERM ends it.
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { encodeBatch, type NewRecord } from '../../src/kafka/batch/encode-batch.ts';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import { createKafkaCluster } from '../../src/kafka/client/real-cluster.ts';
import { numbersFrom, payload } from '../load/payloads.ts';
import { preciseWallMs } from './wall-clock.ts';

const tickMs = 1;
/** Records of one batch at most; a late tick makes several. */
const batchRecordsMax = 200;
const [servers = '', topic = '', partitionsText, recordBytesText, rateText] = process.argv.slice(2);
const partitions = Number(partitionsText);
const recordBytes = Number(recordBytesText);
const recordsPerSecond = Number(rateText);
const body = Buffer.from(payload(recordBytes, numbersFrom(1)));

const cluster = createKafkaCluster({
  bootstrapServers: servers.split(','),
  clientId: 'causeway-benchmark',
  clock: systemClock,
  log: silentLog,
});
const view = await cluster.metadata([topic]);
const leaderId = view.topics[0]?.partitions[0]?.leaderId ?? -1;
const topicId = view.topics[0]?.topicId ?? '';
const connection = await cluster.connect(leaderId);

let sent = 0;
let batches = 0;
const startMs = preciseWallMs();

function sendDue(to: BrokerConnection): void {
  const due = Math.floor(((preciseWallMs() - startMs) / 1000) * recordsPerSecond);
  while (sent < due) {
    const count = Math.min(due - sent, batchRecordsMax);
    send(
      to,
      Array.from({ length: count }, (_, at) => recordAt(sent + at)),
    );
    sent += count;
  }
}

function recordAt(index: number): NewRecord {
  const intendedMs = startMs + (index / recordsPerSecond) * 1000;
  const value = Buffer.allocUnsafe(recordBytes);
  body.copy(value);
  value.writeDoubleBE(intendedMs, 0);
  return { timestamp: BigInt(Math.floor(intendedMs)), key: undefined, value };
}

function send(to: BrokerConnection, records: readonly NewRecord[]): void {
  const partition = batches % partitions;
  batches += 1;
  const named = [{ topic, topicId, partitions: [{ partition, records: encodeBatch(records) }] }];
  to.produce({ acks: -1, timeoutMs: 30_000, topics: named }).then(({ partitions: [answer] }) => {
    if (answer?.errorCode !== 0) fail(new Error(`the source answered error ${answer?.errorCode}`));
  }, fail);
}

function fail(error: unknown): void {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

process.once('SIGTERM', () => process.exit(0));
setInterval(() => sendDue(connection), tickMs);
