// What clients wrote down while they wrote and read: which records were acknowledged, and where; which were
// aborted; which a reader of the copy has ever seen.
import { Violation } from './log-view.ts';

export interface ClientRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** Unlike any other record's; `null` for a tombstone. */
  readonly value: string;
}

export interface ClientHistory {
  readonly acknowledged: readonly ClientRecord[];
  /** Values of records whose transactions were aborted, or left to their time-out. */
  readonly aborted: ReadonlySet<string>;
}

/**
 * Lines `acked TOPIC PARTITION OFFSET KEY VALUE`, `aborted VALUE`, `unknown VALUE`; a cut last line is left
 * out.
 */
export function readHistory(text: string): ClientHistory {
  const acknowledged: ClientRecord[] = [];
  const aborted = new Set<string>();
  for (const line of wholeLines(text)) {
    const [word, ...rest] = line.split(' ');
    if (word === 'acked') acknowledged.push(recordOf(rest));
    else if (word === 'aborted') aborted.add(rest[0] ?? '');
    else if (word !== 'unknown') throw new Error(`a history says: ${line}`);
  }
  return { acknowledged, aborted };
}

/** Lines `TOPIC PARTITION OFFSET KEY VALUE`, in the order in which a reader saw them. */
export const readSeen = (text: string): ClientRecord[] =>
  wholeLines(text).map((line) => recordOf(line.split(' ')));

const wholeLines = (text: string): string[] => text.split('\n').slice(0, -1);

const recordOf = ([topic = '', partition, offset, key = '', ...value]: readonly string[]): ClientRecord => ({
  topic,
  partition: Number(partition),
  offset: Number(offset),
  key,
  // A value may hold spaces, a key none.
  value: value.join(' '),
});

/** One partition's values by offset of the source: what each side's log holds. */
export interface PartitionValues {
  readonly source: ReadonlyMap<number, string>;
  readonly target: ReadonlyMap<number, string>;
  /** Cleaners may take records that were acknowledged. */
  readonly isCompacted: boolean;
}

export type ValuesOf = (topic: string, partition: number) => PartitionValues | undefined;

/**
 * What was acknowledged stands where that was said, on both sides; what was aborted is on neither.
 * Partitions without values are not judged. Returns how many were compared. Throws Violation.
 */
export function checkHistory({ acknowledged, aborted }: ClientHistory, valuesOf: ValuesOf): number {
  let compared = 0;
  for (const { topic, partition, offset, value } of acknowledged) {
    const values = valuesOf(topic, partition);
    if (values === undefined) continue;
    const at = `${topic}-${partition}, ${offset} of the source`;
    for (const [side, log] of [
      ['source', values.source],
      ['target', values.target],
    ] as const) {
      const found = log.get(offset);
      if (found === undefined && values.isCompacted) continue;
      if (found !== value) throw new Violation(`${at}: acknowledged was ${value}, the ${side} has ${found}`);
    }
    compared += 1;
  }
  const places = new Set(acknowledged.map(({ topic, partition }) => `${topic} ${partition}`));
  for (const place of places) {
    const [topic = '', partition] = place.split(' ');
    for (const [offset, value] of valuesOf(topic, Number(partition))?.target ?? []) {
      if (aborted.has(value))
        throw new Violation(`${topic}-${partition}: ${value}, aborted, stands at ${offset}`);
    }
  }
  return compared;
}

export interface Expected {
  /** At the source. */
  readonly offset: number;
  readonly value: string;
}

/** What the source holds, or held until it was cleaned away, for a target offset; undefined: no record. */
export type ExpectedAt = (topic: string, partition: number, targetOffset: number) => Expected | undefined;

/**
 * A reader of the copy saw, at every instant, what the source holds at that place: never another record,
 * never one of the source's at two places. A reader may begin anew, and sees the same again. Returns how
 * many were compared. Throws Violation.
 */
export function checkSeen(
  reader: string,
  seen: readonly ClientRecord[],
  expectedAt: ExpectedAt,
  aborted: ReadonlySet<string>,
): number {
  /** By partition and source offset: the target offset. */
  const places = new Map<string, number>();
  for (const { topic, partition, offset, value } of seen) {
    const name = `${topic}-${partition}`;
    const at = `${reader}: ${name} at ${offset}`;
    const expected = expectedAt(topic, partition, offset);
    if (expected === undefined) throw new Violation(`${at}: saw ${value}, which is not there`);
    if (expected.value !== value)
      throw new Violation(`${at}: saw ${value}, the source has ${expected.value}`);
    if (aborted.has(value)) throw new Violation(`${at}: saw ${value}, which was aborted`);
    const original = `${name}, ${expected.offset}`;
    const former = places.get(original) ?? offset;
    if (former !== offset)
      throw new Violation(`${at}: saw ${original} of the source a second time, first at ${former}`);
    places.set(original, offset);
  }
  return seen.length;
}
