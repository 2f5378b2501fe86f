// Reads the records of an uncompressed batch, without the product's own decoder.
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
  let at = headerBytes;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = batch.readUInt8(at);
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  };
  const text = (): string => {
    const length = varint();
    if (length < 0) return 'null';
    at += length;
    return batch.toString('latin1', at - length, at);
  };
  while (at < batch.length) {
    const length = varint();
    const end = at + length;
    at += 1;
    const timestampMs = firstMs + BigInt(varint());
    const offset = base + BigInt(varint());
    const key = text();
    records.push({ offset, key, identity: `${timestampMs}/${key}/${text()}` });
    at = end;
  }
  return records;
}
