// Reads the records of an uncompressed batch, without the product's own decoder.
import { VarintReader } from './varint-reader.ts';

export interface RecordView {
  readonly offset: bigint;
  readonly key: string;
  /** The same for the same record on both sides; no two records of a world share it. */
  readonly identity: string;
}

const headerBytes = 61;

export function readRecords(batch: Buffer): RecordView[] {
  const base = batch.readBigInt64BE(0);
  const firstMs = batch.readBigInt64BE(27);
  const records: RecordView[] = [];
  const reader = new VarintReader(batch, headerBytes);
  const text = (): string => {
    const length = reader.next();
    if (length < 0) return 'null';
    reader.at += length;
    return batch.toString('latin1', reader.at - length, reader.at);
  };
  while (reader.at < batch.length) {
    const length = reader.next();
    const end = reader.at + length;
    reader.at += 1;
    const timestampMs = firstMs + BigInt(reader.next());
    const offset = base + BigInt(reader.next());
    const key = text();
    records.push({ offset, key, identity: `${timestampMs}/${key}/${text()}` });
    reader.at = end;
  }
  return records;
}
