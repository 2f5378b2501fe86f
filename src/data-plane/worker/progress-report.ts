// Writes a worker's progress to the ledger, and takes back what it reported of topics that it has no more.
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { keyOf } from '../../ledger/record-key.ts';
import type { ObservedLink, ObservedRecord } from '../../ledger/records.ts';
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

export class ProgressReport {
  readonly #parts: ProgressReportParts;
  #reported: ReadonlySet<string> = new Set();
  /** Why progress could not be written last time, if so. */
  trouble: string | undefined;

  constructor(parts: ProgressReportParts) {
    this.#parts = parts;
  }

  /** Never rejects: the data plane goes on without its ledger, and what is shown says its age. */
  async write(partitions: Iterable<MirrorPartition>, links: readonly ObservedLink[] = []): Promise<void> {
    const { name, clock, log } = this.#parts;
    const records: ObservedRecord[] = [...observeMirrors(partitions, name, clock.wallMs()), ...links];
    const keys = new Set(records.map(keyOf));
    const gone = [...this.#reported].filter((key) => !keys.has(key));
    if (records.length === 0 && gone.length === 0) return;
    try {
      await this.#parts.write([...records, ...gone.map((tombstone) => ({ tombstone }))]);
      this.#reported = keys;
      this.trouble = undefined;
    } catch (error) {
      const text = describeError(error);
      if (this.trouble === undefined) log.warn({ error: text }, 'progress cannot be written to the ledger');
      this.trouble = text;
      // What may have been written stands until it is taken back.
      this.#reported = new Set([...this.#reported, ...keys]);
    }
  }
}
