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
/** So that twenty members fit into a record of 1 MB beside what they are told. */
const descriptionBytesMax = 32 * 1024;

type Ranges = [from: number, to: number][];

/** Fields that a later version adds are passed over by this one. */
interface Packed {
  readonly partitions: Record<string, Record<string, Ranges>>;
  /** Of a member that describes itself: its partitions, as places in the list of all that it wants. */
  readonly runs?: Ranges;
}

/** What a member says of itself. */
export interface Description {
  readonly runs: readonly string[];
  /** What its view of the ledger names; undefined where it did not say. */
  readonly wants: ReadonlySet<string> | undefined;
}

export const packPartitions = (names: Iterable<string>): Buffer => pack({ partitions: byTopic(names) });

/** Throws CW-3005: somebody else is in the group. */
export const unpackPartitions = (bytes: Buffer): string[] => unpack(bytes, namesIn);

/**
 * Of what a member runs, only what it wants: the rest is on its way out. Where the whole would be too large,
 * what it wants is left unsaid.
 */
export function packDescription(wants: ReadonlySet<string>, runs: Iterable<string>): Buffer {
  const partitions = byTopic([...wants].sort());
  const places = new Map(namesIn({ partitions }).map((name, place) => [name, place]));
  const staying = [...runs].filter((name) => wants.has(name));
  const packed = pack({ partitions, runs: rangesOf(staying.map((name) => places.get(name) as number)) });
  return packed.length <= descriptionBytesMax ? packed : packPartitions(staying);
}

/** Throws CW-3005: somebody else is in the group. */
export const unpackDescription = (bytes: Buffer): Description =>
  unpack(bytes, (packed) => {
    const names = namesIn(packed);
    if (packed.runs === undefined) return { runs: names, wants: undefined };
    const places = numbersIn(packed.runs, names.length);
    return { runs: places.map((place) => names[place] as string), wants: new Set(names) };
  });

const pack = (packed: Packed): Buffer => deflateRawSync(JSON.stringify(packed));

function unpack<T>(bytes: Buffer, read: (packed: Packed) => T): T {
  try {
    const text = inflateRawSync(bytes, { maxOutputLength: unpackedBytesMax }).toString('utf8');
    return read(JSON.parse(text) as Packed);
  } catch (error) {
    throw new CausewayError('CW-3005', `what a member of the workers’ group says: ${describeError(error)}`);
  }
}

function byTopic(names: Iterable<string>): Packed['partitions'] {
  const found = new Map<string, [source: string, topic: string, numbers: number[]]>();
  for (const name of names) {
    const [source = '', topic = '', number = ''] = name.split('/');
    const key = `${source}/${topic}`;
    const numbers = found.get(key)?.[2];
    if (numbers === undefined) found.set(key, [source, topic, [Number(number)]]);
    else numbers.push(Number(number));
  }
  // Without a prototype: a region or topic may be called like one of its members.
  const partitions = Object.create(null) as Packed['partitions'];
  for (const [source, topic, numbers] of found.values())
    (partitions[source] ??= Object.create(null) as Record<string, Ranges>)[topic] = rangesOf(numbers);
  return partitions;
}

/** In the order in which whoever unpacks it finds them. */
function namesIn({ partitions }: Packed): string[] {
  const names: string[] = [];
  for (const [source, topics] of Object.entries(partitions)) {
    for (const [topic, ranges] of Object.entries(topics)) {
      for (const partition of numbersIn(ranges, partitionsMax, partitionsMax - names.length))
        names.push(partitionName(source, topic, partition));
    }
  }
  return names;
}

/** Numbers from 0 to less than `end`, at most `countMax`. */
function numbersIn(ranges: Ranges, end: number, countMax = end): number[] {
  const numbers: number[] = [];
  for (const [from, to] of ranges) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to >= end)
      throw new Error(`${from}-${to}: no range from 0 to ${end - 1}`);
    if (numbers.length + to - from >= countMax) throw new Error(`more than ${countMax} numbers`);
    for (let number = from; number <= to; number += 1) numbers.push(number);
  }
  return numbers;
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
