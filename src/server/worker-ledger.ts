// What a worker sees of its region's ledger: desired and observed records followed, and the fences read on
// demand.
import { CausewayError, describeError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { parseApplied } from '../control-plane/reconciler/ledger-view.ts';
import { type LedgerChange, LedgerTable, recordsIn } from '../ledger/changes.ts';
import { liveGenerations } from '../ledger/generations.ts';
import { foldShifts } from '../ledger/shifts.ts';
import { partitionFacts } from '../ledger/partition-facts.ts';
import type { LedgerListener } from '../ledger/follower.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { desiredView, observedView } from '../ledger/snapshot-view.ts';
import type { LedgerTopic } from '../ledger/topic-names.ts';
import { mustBeWhole } from '../ledger/whole-generations.ts';
import type { LedgerWrite, LedgerWriter } from '../ledger/writer.ts';
import type { AssignmentView } from '../data-plane/worker/assignment.ts';
import type { WorkerLedger } from '../data-plane/worker/worker.ts';
import type { Topology } from '../topology/topology.ts';

export interface WorkerLedgerParts {
  readonly region: string;
  readonly reader: LedgerReader;
  readonly writer: LedgerWriter;
  readonly clock: Clock;
  readonly log: Log;
  readonly useTopology: (topology: Topology) => void;
  /** Told after each change of what is wanted, for the controller. */
  readonly onDesired: () => void;
}

export class RegionWorkerLedger implements WorkerLedger {
  readonly #parts: WorkerLedgerParts;

  constructor(parts: WorkerLedgerParts) {
    this.#parts = parts;
  }

  async follow(onChange: (view: AssignmentView) => void, signal: AbortSignal): Promise<void> {
    const { reader } = this.#parts;
    const desired = new Followed('causeway.desired', () => true);
    // The worker's own reports come back here every second, and change nothing.
    const observed = new Followed('causeway.observed', (key) => key.startsWith('topic/'));
    const tell = () => {
      if (!desired.isRead || !observed.isRead) return;
      const view = this.#viewOf(desired, observed);
      if (view !== undefined) onChange(view);
    };
    desired.onView = () => {
      this.#parts.onDesired();
      tell();
    };
    observed.onView = tell;
    await Promise.all([
      reader.follow('causeway.desired', desired, signal),
      reader.follow('causeway.observed', observed, signal),
    ]);
  }

  async readFences() {
    const records = await this.#readGenerations();
    const partitions = partitionFacts(records);
    return new Map([...liveGenerations(records)].map(([set, live]) => [set, { ...live, ...partitions }]));
  }

  /** Where mirrors of this region are apart from their sources, by `shiftKey`. */
  async readShifts() {
    return foldShifts(await this.#readGenerations());
  }

  async #readGenerations() {
    const snapshot = await this.#parts.reader.snapshot('causeway.generations');
    return mustBeWhole(snapshot, this.#parts.region);
  }

  async record(fact: Parameters<WorkerLedger['record']>[0]): Promise<void> {
    const recordedAtMs = this.#parts.clock.wallMs();
    // A start has a time of its own, with which its prefix is stamped.
    const record = fact.kind === 'started' ? fact : { ...fact, recordedAtMs };
    await this.#parts.writer.write('causeway.generations', [record]);
  }

  async writeObserved(writes: readonly LedgerWrite<'causeway.observed'>[]): Promise<void> {
    await this.#parts.writer.write('causeway.observed', writes);
  }

  #viewOf(
    desired: Followed<'causeway.desired'>,
    observed: Followed<'causeway.observed'>,
  ): AssignmentView | undefined {
    const { topology: applied, pauses, resumes } = desiredView(desired.records);
    if (applied === undefined) return undefined;
    try {
      const topology = parseApplied(applied, this.#parts.region);
      this.#parts.useTopology(topology);
      return { topology, pauses, resumes, topics: observedView(observed.records).topics };
    } catch (error) {
      // What runs goes on as it is until a topology comes that this program understands.
      if (!(error instanceof CausewayError)) throw error;
      this.#parts.log.error(
        { code: error.code, error: describeError(error) },
        'the applied topology is left alone',
      );
      return undefined;
    }
  }
}

/**
 * One followed topic: tells once when it has been read to its end, and again after each change that counts.
 */
class Followed<T extends LedgerTopic> implements LedgerListener<T> {
  onView: () => void = () => undefined;
  /** It has been read to an end once. */
  isRead = false;
  readonly #topic: T;
  readonly #counts: (key: string) => boolean;
  #table: LedgerTable<T>;
  #isChanged = true;

  constructor(topic: T, counts: (key: string) => boolean) {
    this.#topic = topic;
    this.#counts = counts;
    this.#table = new LedgerTable(topic);
  }

  get records() {
    return recordsIn(this.#table.snapshot(0n, 0n));
  }

  onReset(): void {
    this.#table = new LedgerTable(this.#topic);
    this.#isChanged = true;
    this.isRead = false;
  }

  wants(key: string): boolean {
    return this.#counts(key);
  }

  onChange(change: LedgerChange<T>): void {
    this.#table.apply(change);
    this.#isChanged = true;
  }

  onCaughtUp(): void {
    this.isRead = true;
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.onView();
  }
}
