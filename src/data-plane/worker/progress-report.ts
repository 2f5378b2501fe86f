// Writes a worker’s progress to the ledger: what has changed, and in turn the rest, so that its age shows
// that somebody still looks. Takes back what it reported of topics that it has no more.
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { keyOf } from '../../ledger/record-key.ts';
import type { ObservedMirror, ObservedPartition } from '../../ledger/records.ts';
import type { LedgerWrite } from '../../ledger/writer.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { observeMirrors } from './progress.ts';

export interface ProgressReportParts {
  /** The worker's. */
  readonly name: string;
  /** Acknowledged, or rejects. */
  readonly write: (writes: readonly LedgerWrite<'causeway.observed'>[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A topic of which nothing changes is told of with every so many reports. */
const unchangedEvery = 5;

export class ProgressReport {
  readonly #parts: ProgressReportParts;
  /** By key, the one written longest ago first. Undefined: what stands in the ledger is not known. */
  #reported = new Map<string, ObservedMirror | undefined>();
  /** Why progress could not be written last time, if so. */
  trouble: string | undefined;

  constructor(parts: ProgressReportParts) {
    this.#parts = parts;
  }

  /** Never rejects: the data plane goes on without its ledger, and what is shown says its age. */
  async write(partitions: Iterable<MirrorPartition>): Promise<void> {
    const { name, clock, log } = this.#parts;
    const all = observeMirrors(partitions, name, clock.wallMs());
    const records = new Map(all.map((record) => [keyOf(record), record]));
    const gone = [...this.#reported.keys()].filter((key) => !records.has(key));
    const due = this.#due(records);
    if (due.length === 0 && gone.length === 0) return;
    // Until it is acknowledged, what may have been written is not known.
    for (const key of due) this.#note(key, undefined);
    try {
      const writes = due.map((key) => records.get(key) as ObservedMirror);
      await this.#parts.write([...writes, ...gone.map((tombstone) => ({ tombstone }))]);
      for (const key of due) this.#note(key, records.get(key));
      for (const key of gone) this.#reported.delete(key);
      this.trouble = undefined;
    } catch (error) {
      const text = describeError(error);
      if (this.trouble === undefined) log.warn({ error: text }, 'progress cannot be written to the ledger');
      this.trouble = text;
    }
  }

  /** Keys of the records that have changed, and of some that have not. */
  #due(records: ReadonlyMap<string, ObservedMirror>): string[] {
    const due = [...records.keys()].filter((key) => this.#reported.get(key) === undefined);
    let turns = Math.ceil(records.size / unchangedEvery);
    for (const [key, before] of this.#reported) {
      const now = records.get(key);
      if (now === undefined || before === undefined) continue;
      const isItsTurn = turns > 0;
      if (isItsTurn) turns -= 1;
      if (isItsTurn || !saysTheSame(before, now)) due.push(key);
    }
    return due;
  }

  #note(key: string, record: ObservedMirror | undefined): void {
    this.#reported.delete(key);
    this.#reported.set(key, record);
  }
}

/** Apart from when it was seen. */
function saysTheSame(before: ObservedMirror, now: ObservedMirror): boolean {
  return (
    before.partitions.length === now.partitions.length &&
    before.partitions.every((each, at) => isSamePartition(each, now.partitions[at] as ObservedPartition))
  );
}

function isSamePartition(
  { cause, sourceSeenAtMs: _seen, ...before }: ObservedPartition,
  now: ObservedPartition,
): boolean {
  const fields = Object.keys(before) as (keyof typeof before)[];
  const isSameCause = cause?.code === now.cause?.code && cause?.message === now.cause?.message;
  return isSameCause && fields.every((field) => before[field] === now[field]);
}
