// Writes a worker’s progress to the ledger: what has changed, and in turn the rest, so that its age shows
// that somebody still looks. Takes back what it reported of topics that it has no more.
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { mirrorKey } from '../../ledger/record-key.ts';
import type { ObservedLink } from '../../ledger/records.ts';
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

/** A topic of which nothing changes is told of with every so many reports; of each set at least one. */
const unchangedEvery = 10;

interface Topic {
  readonly set: string;
  readonly partitions: MirrorPartition[];
  /** Of all its partitions. */
  revision: number;
}

export class ProgressReport {
  readonly #parts: ProgressReportParts;
  /**
   * Revisions by topic, the one told longest ago first. Undefined: what stands in the ledger is not known.
   */
  readonly #told = new Map<string, number | undefined>();
  /** Why progress could not be written last time, if so. */
  trouble: string | undefined;

  constructor(parts: ProgressReportParts) {
    this.#parts = parts;
  }

  /** Never rejects: the data plane goes on without its ledger, and what is shown says its age. */
  async write(partitions: Iterable<MirrorPartition>, links: readonly ObservedLink[] = []): Promise<void> {
    const { name, clock, log } = this.#parts;
    const topics = byTopic(partitions, name);
    const gone = [...this.#told.keys()].filter((key) => !topics.has(key));
    const due = this.#due(topics);
    if (due.length === 0 && gone.length === 0 && links.length === 0) return;
    // Until it is acknowledged, what may have been written is not known.
    for (const [key] of due) this.#tell(key, undefined);
    const records = observeMirrors(
      due.flatMap(([, topic]) => topic.partitions),
      name,
      clock.wallMs(),
    );
    try {
      await this.#parts.write([...records, ...links, ...gone.map((tombstone) => ({ tombstone }))]);
      for (const [key, { revision }] of due) this.#tell(key, revision);
      for (const key of gone) this.#told.delete(key);
      this.trouble = undefined;
    } catch (error) {
      const text = describeError(error);
      if (this.trouble === undefined) log.warn({ error: text }, 'progress cannot be written to the ledger');
      this.trouble = text;
    }
  }

  /** Those that have changed, and in turn some that have not. */
  #due(topics: ReadonlyMap<string, Topic>): [key: string, topic: Topic][] {
    const due = [...topics].filter(([key, { revision }]) => this.#told.get(key) !== revision);
    const sizes = Map.groupBy(topics.values(), ({ set }) => set);
    const turns = new Map([...sizes].map(([set, { length }]) => [set, Math.ceil(length / unchangedEvery)]));
    for (const [key, told] of this.#told) {
      const topic = topics.get(key);
      if (topic === undefined || topic.revision !== told) continue;
      const left = turns.get(topic.set) ?? 0;
      if (left === 0) continue;
      turns.set(topic.set, left - 1);
      due.push([key, topic]);
    }
    return due;
  }

  #tell(key: string, revision: number | undefined): void {
    this.#told.delete(key);
    this.#told.set(key, revision);
  }
}

/** By the keys of their records. */
function byTopic(partitions: Iterable<MirrorPartition>, worker: string): Map<string, Topic> {
  const topics = new Map<string, Topic>();
  for (const partition of partitions) {
    const { set, topic: name } = partition.spec;
    const key = mirrorKey(set, name, worker);
    let topic = topics.get(key);
    if (topic === undefined) topics.set(key, (topic = { set, partitions: [], revision: 0 }));
    topic.partitions.push(partition);
    // One more for each: who comes and goes is a change, too.
    topic.revision += partition.revision + 1;
  }
  return topics;
}
