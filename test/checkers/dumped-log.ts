// A partition's log as Kafka's own dump of its segments prints it, read by the words of the dump alone:
// nothing here knows how a batch is laid out.
import path from 'node:path';

export interface DumpedRecord {
  readonly offset: number;
  /** Everything that belongs to the record itself: time, sizes, names of headers, key and value. */
  readonly text: string;
  /** Where compaction is judged; a dump does not tell it apart. */
  readonly key?: string;
  /** How the transaction ended, in a marker. */
  readonly marker: 'COMMIT' | 'ABORT' | undefined;
}

export interface DumpedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: string;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly codec: string;
  readonly records: readonly DumpedRecord[];
}

/** Batches by the partition's folder. Throws on a line that it cannot place. */
export async function readDumps(lines: AsyncIterable<string>): Promise<Map<string, DumpedBatch[]>> {
  const logs = new Map<string, DumpedBatch[]>();
  let log: DumpedBatch[] | undefined;
  let records: DumpedRecord[] | undefined;
  for await (const line of lines) {
    if (line.startsWith('Dumping ')) {
      const folder = path.dirname(line.slice('Dumping '.length));
      log = logs.get(folder) ?? [];
      logs.set(folder, log);
      records = undefined;
    } else if (line.startsWith('| ')) {
      if (records === undefined) throw new Error(`the dump shows a record outside of a batch: ${line}`);
      records.push(readRecord(line));
    } else if (line.startsWith('baseOffset: ')) {
      if (log === undefined) throw new Error(`the dump shows a batch outside of a log segment: ${line}`);
      records = [];
      log.push(readBatch(line, records));
    } else if (!line.startsWith('Log starting offset: ')) {
      throw new Error(`the dump says: ${line}`);
    }
  }
  return logs;
}

function fieldOf(line: string, name: string): string {
  const found = new RegExp(`(?:^| )${name}: (\\S+)`).exec(line)?.[1];
  if (found === undefined) throw new Error(`the dump shows no ${name}: ${line}`);
  return found;
}

function readBatch(line: string, records: DumpedRecord[]): DumpedBatch {
  if (fieldOf(line, 'isvalid') !== 'true') throw new Error(`the dump shows a broken batch: ${line}`);
  return {
    baseOffset: Number(fieldOf(line, 'baseOffset')),
    lastOffset: Number(fieldOf(line, 'lastOffset')),
    producerId: fieldOf(line, 'producerId'),
    isTransactional: fieldOf(line, 'isTransactional') === 'true',
    isControl: fieldOf(line, 'isControl') === 'true',
    codec: fieldOf(line, 'compresscodec'),
    records,
  };
}

/** `| offset: 5 CreateTime: 17 keySize: 1 valueSize: 3 sequence: 5 headerKeys: [a] key: k payload: abc` */
const recordLine = /^\| offset: (\d+) (?:CreateTime|LogAppendTime): (-?\d+) (.*?)sequence: -?\d+ (.*)$/;
const markerLine = / endTxnMarker: (COMMIT|ABORT) /;

function readRecord(line: string): DumpedRecord {
  const [, offset, timestamp, sizes = '', content = ''] = recordLine.exec(line) ?? [];
  if (offset === undefined) throw new Error(`the dump shows a record of another form: ${line}`);
  const marker = markerLine.exec(line)?.[1] as DumpedRecord['marker'];
  return { offset: Number(offset), text: `${timestamp} ${sizes}${content}`, marker };
}
