// Produces records of one size at a steady rate, whatever the brokers do: every millisecond has its records,
// which carry that millisecond as their timestamp, so a late one shows as late (no coordinated omission).
// Usage: steady-producer.ts SERVERS TOPIC PARTITIONS RECORD_BYTES RECORDS_PER_SECOND; SIGTERM ends it.
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { createKafkaCluster } from '../../src/kafka/client/real-cluster.ts';
import { numbersFrom, payload } from '../load/payloads.ts';
import { machineMs } from './one-clock.ts';
import { retime, timedBatch } from './timed-batch.ts';

const tickMs = 1;
const [servers = '', topic = '', partitionsText, recordBytesText, rateText] = process.argv.slice(2);
const partitions = Number(partitionsText);
const recordBytes = Number(recordBytesText);
const recordsPerMs = Number(rateText) / 1000;
const value = Buffer.from(payload(recordBytes, numbersFrom(1)));

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

const startMs = Math.floor(machineMs());
let dueMs = startMs;
let sent = 0;
let batches = 0;
/** By their number of records: batches whose last sending was answered. */
const free = new Map<number, Buffer[]>();

/** A late tick makes up for each millisecond it missed, with a batch of its own. */
function sendDue(): void {
  for (const nowMs = machineMs(); dueMs <= nowMs; dueMs += 1) {
    const count = Math.floor((dueMs + 1 - startMs) * recordsPerMs) - sent;
    if (count > 0) send(count, dueMs);
    sent += count;
  }
}

function send(count: number, ms: number): void {
  const partition = batches % partitions;
  batches += 1;
  const records = free.get(count)?.pop() ?? timedBatch(count, value);
  retime(records, ms);
  const named = [{ topic, topicId, partitions: [{ partition, records }] }];
  connection.produce({ acks: -1, timeoutMs: 30_000, topics: named }).then(({ partitions: [answer] }) => {
    if (answer?.errorCode !== 0) fail(new Error(`the source answered error ${answer?.errorCode}`));
    const others = free.get(count);
    if (others === undefined) free.set(count, [records]);
    else others.push(records);
  }, fail);
}

function fail(error: unknown): void {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

process.once('SIGTERM', () => process.exit(0));
setInterval(sendDue, tickMs);
