// Both logs of one partition: their ends, and any range of them, each read on one connection.
import { type ShiftSegments, sourceFrom, targetFrom } from '../../base/shift-segments.ts';
import type { OffsetRange } from './comparison.ts';
import type { KeyedLogs, LogEnds } from './judge-keys.ts';
import { type PartitionBounds, PartitionLog } from './partition-log.ts';
import type { VerifyContext } from './verify-context.ts';

export interface PartitionSidesParts {
  readonly topic: string;
  readonly partition: number;
  readonly segments: ShiftSegments;
  /** Bytes of one answer; `fetchBytesMax` unless given. */
  readonly fetchBytes?: number | undefined;
}

/** Both logs of a partition, each read on one connection. */
export class PartitionSides {
  readonly topic: string;
  readonly partition: number;
  /** As they are now; `seek` goes by them. */
  segments: ShiftSegments;
  readonly #theirs: PartitionLog;
  readonly #mine: PartitionLog;

  constructor(context: VerifyContext, parts: PartitionSidesParts) {
    const { topic, partition, segments, fetchBytes } = parts;
    this.topic = topic;
    this.partition = partition;
    this.segments = segments;
    const common = { ...context, topic, partition, from: 0n, to: 0n, fetchBytes };
    this.#theirs = new PartitionLog({ ...common, ...context.source });
    this.#mine = new PartitionLog({ ...common, ...context.target });
  }

  /** The target first: whatever it holds by then must be at the source when that one is asked. */
  async bounds(): Promise<{ source: PartitionBounds; target: PartitionBounds }> {
    const target = await this.#mine.bounds();
    return { target, source: await this.#theirs.bounds() };
  }

  /** Of the source. */
  firstSince(timestampMs: bigint): Promise<bigint | undefined> {
    return this.#theirs.firstSince(timestampMs);
  }

  /** Both logs at a range of source offsets; each side's end is by its own offsets. */
  seek({ from, to }: OffsetRange, ends: LogEnds) {
    this.#theirs.seek(from, lesser(to, ends.source));
    // Where the target ends behind fillers too many, the next segment begins beyond its end.
    const isLast = to >= sourceFrom(this.segments, ends.target);
    const targetEnd = isLast ? ends.target : targetFrom(this.segments, to);
    this.#mine.seek(targetFrom(this.segments, from), targetEnd);
    return { theirs: this.#theirs, mine: this.#mine };
  }

  /** For a second reading, from a source offset on. */
  keyedLogs(from: bigint): KeyedLogs {
    return {
      ends: async () => {
        const { source, target } = await this.bounds();
        return { source: source.stableEnd, target: target.stableEnd };
      },
      read: (side, ends) => {
        const log = side === 'source' ? this.#theirs : this.#mine;
        log.seek(side === 'source' ? from : targetFrom(this.segments, from), ends[side]);
        return log;
      },
    };
  }

  /** Gives back all memory; connections stay with whoever opened them for several. */
  leave(): void {
    this.#theirs.leave();
    this.#mine.leave();
  }

  close(): void {
    this.#theirs.close();
    this.#mine.close();
  }
}

const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
