// Names of mirror partitions as members of the workers’ group tell them to each other: by source region and
// topic, numbers as ranges, compressed. Kafka keeps what all members say in one record: it must stay small.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { CausewayError, describeError } from '../../base/errors.ts';

/** Source region, topic and number; none of them holds a slash. */
export const partitionName = (source: string, topic: string, partition: number): string =>
  `${source}/${topic}/${partition}`;

/** More than any group has, and little enough for any process. */
const unpackedBytesMax = 64 * 1024 * 1024;
const partitionsMax = 1_000_000;

type Ranges = [from: number, to: number][];

/** Fields that a later version adds are passed over by this one. */
interface Packed {
  readonly partitions: Record<string, Record<string, Ranges>>;
}

export function packPartitions(names: Iterable<string>): Buffer {
  // Without a prototype: a region or topic may be called like one of its members.
  const partitions = Object.create(null) as Packed['partitions'];
  for (const [source, topic, numbers] of grouped(names))
    (partitions[source] ??= Object.create(null) as Record<string, Ranges>)[topic] = rangesOf(numbers);
  return deflateRawSync(JSON.stringify({ partitions } satisfies Packed));
}

/** Throws CW-3005: somebody else is in the group. */
export function unpackPartitions(bytes: Buffer): string[] {
  const names: string[] = [];
  try {
    const text = inflateRawSync(bytes, { maxOutputLength: unpackedBytesMax }).toString('utf8');
    const { partitions } = JSON.parse(text) as Packed;
    for (const [source, topics] of Object.entries(partitions)) {
      for (const [topic, ranges] of Object.entries(topics)) unpackRanges(names, source, topic, ranges);
    }
  } catch (error) {
    throw new CausewayError('CW-3005', `what a member of the workers’ group says: ${describeError(error)}`);
  }
  return names;
}

function unpackRanges(names: string[], source: string, topic: string, ranges: Ranges): void {
  for (const [from, to] of ranges) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0) throw new Error(`${topic}: no range`);
    if (names.length + to - from > partitionsMax) throw new Error(`more than ${partitionsMax} partitions`);
    for (let partition = from; partition <= to; partition += 1)
      names.push(partitionName(source, topic, partition));
  }
}

function grouped(names: Iterable<string>): [source: string, topic: string, numbers: number[]][] {
  const found = new Map<string, [string, string, number[]]>();
  for (const name of names) {
    const [source = '', topic = '', number = ''] = name.split('/');
    const key = `${source}/${topic}`;
    const numbers = found.get(key)?.[2];
    if (numbers === undefined) found.set(key, [source, topic, [Number(number)]]);
    else numbers.push(Number(number));
  }
  return [...found.values()];
}

function rangesOf(numbers: readonly number[]): Ranges {
  const ranges: Ranges = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
