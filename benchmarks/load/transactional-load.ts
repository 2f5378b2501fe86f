// A topic that applications write in transactions: each of a hundred records and in one partition, some of
// them aborted. A producer for each partition, since one alone waits for its coordinator most of the time.
import type { LoadPlan } from './load-plan.ts';
import { payloads } from './payloads.ts';
import { TransactionWriter } from './transactions.ts';

export const transactionRecords = 100;
/** One of so many. */
export const abortedOf = 10;

/** Returns how many records are committed. */
export async function loadTransactions(plan: LoadPlan): Promise<number> {
  const { rig, shape, topic, partitions, records } = plan;
  const values = payloads(shape.recordBytes).map((text) => Buffer.from(text));
  const transactions = Math.floor(records / partitions / transactionRecords);
  const batchRecords = Math.floor(shape.batchBytes / shape.recordBytes);
  const writePartition = async (partition: number) => {
    await using writer = new TransactionWriter(rig.source.bootstrapServers, `load-${topic}-${partition}`);
    for (let each = 0; each < transactions; each += 1) {
      const from = (each * partitions + partition) * transactionRecords;
      const batches = batchesOf(values, from, batchRecords);
      await writer.write({ topic, partition, batches, how: isAborted(each) ? 'abort' : 'commit' });
    }
  };
  await Promise.all(Array.from({ length: partitions }, (_, partition) => writePartition(partition)));
  return committedRecords(transactions) * partitions;
}

const isAborted = (transaction: number): boolean => transaction % abortedOf === abortedOf - 1;

/** Of so many transactions in a row. */
export const committedRecords = (transactions: number): number =>
  (transactions - Math.floor(transactions / abortedOf)) * transactionRecords;

/** The records of one transaction, a batch each. */
export function* batchesOf(values: readonly Buffer[], from: number, most: number): Generator<Buffer[]> {
  for (let at = 0; at < transactionRecords; at += most) {
    const count = Math.min(most, transactionRecords - at);
    yield Array.from({ length: count }, (_, index) => values[(from + at + index) % values.length] as Buffer);
  }
}
