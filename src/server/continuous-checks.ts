// The running comparison of everything that this worker mirrors: one check per source region. How far each
// has come is kept in the ledger, where the next process finds it.
import { identicalOffsets, type ShiftSegments } from '../base/shift-segments.ts';
import { type Clock, restOn } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { CheckPace } from '../data-plane/verifier/check-task.ts';
import type { CheckedPartition } from '../data-plane/verifier/checked-partition.ts';
import { ContinuousCheck } from '../data-plane/verifier/continuous-check.ts';
import type { Engine } from '../data-plane/worker/engine.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import type { ClusterAdmin } from '../kafka/admin/cluster-admin.ts';
import { isCompacted } from '../kafka/admin/cleanup-policy.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { recordsIn } from '../ledger/changes.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { keyOf } from '../ledger/record-key.ts';
import { observedView } from '../ledger/snapshot-view.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import { MirroredPartition, type MirrorPartition } from './mirrored-partition.ts';
import type { RegionWorkerLedger } from './worker-ledger.ts';

export interface ContinuousChecksParts {
  readonly region: string;
  readonly worker: Worker;
  readonly clusterOf: (region: string) => KafkaCluster;
  readonly adminOf: (region: string) => Pick<ClusterAdmin, 'lookAtSettings'>;
  readonly reader: LedgerReader;
  readonly writer: LedgerWriter;
  readonly ledger: Pick<RegionWorkerLedger, 'readShifts'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly pace?: CheckPace;
}

/** How often it is looked for new sources, and what has changed is written down. */
const writeMs = 5_000;

export class ContinuousChecks {
  readonly #parts: ContinuousChecksParts;
  /** By source region. */
  readonly #checks = new Map<string, ContinuousCheck<MirroredPartition>>();
  readonly #partitions = new WeakMap<MirrorPartition, MirroredPartition>();
  /** By `shiftKey`, as they were last read. */
  #shifts: ReadonlyMap<string, ShiftSegments> | undefined;
  #trouble: string | undefined;

  constructor(parts: ContinuousChecksParts) {
    this.#parts = parts;
  }

  /** Undefined while nothing is known of it. */
  stateOf(mirror: MirrorPartition): CheckedPartition | undefined {
    const partition = this.#partitions.get(mirror);
    return partition && this.#checks.get(mirror.spec.sourceRegion)?.stateOf(partition);
  }

  /** Bytes read so far of both sides, by source region. */
  bytes(): [source: string, bytes: number][] {
    return [...this.#checks].map(([source, { bytes }]) => [source, bytes]);
  }

  /** Until `signal` aborts; what is not written down by then is written once more. */
  async run(signal: AbortSignal): Promise<void> {
    const running: Promise<void>[] = [];
    while (!signal.aborted) {
      for (const [source, engine] of this.#parts.worker.engines) {
        if (!this.#checks.has(source)) running.push(this.#start(source, engine, signal));
      }
      await restOn(this.#parts.clock, writeMs, signal);
      await this.#write();
    }
    await Promise.all(running);
    await this.#write();
  }

  /** A defect of the comparison is told and ends it, and nothing else: mirrors go on. */
  async #start(source: string, engine: Engine, signal: AbortSignal): Promise<void> {
    const check = this.#checkOf(source, engine, signal);
    this.#checks.set(source, check);
    try {
      await check.run(signal);
    } catch (error) {
      if (signal.aborted) return;
      const text = 'verification has ended; please report this';
      this.#parts.log.error({ source, error: describeError(error) }, text);
    }
  }

  #checkOf(source: string, engine: Engine, signal: AbortSignal): ContinuousCheck<MirroredPartition> {
    const { region, worker, clusterOf, clock, random, log, pace } = this.#parts;
    const { throttled } = engine;
    return new ContinuousCheck({
      source: { region: source, cluster: () => clusterOf(source) },
      target: { region, cluster: () => clusterOf(region) },
      clock,
      random,
      log,
      partitions: () => this.#partitionsOf(engine),
      bytesPerSecond: () => worker.verifyBytesPerSecond(source),
      heldMs: () => {
        const nowMs = clock.monotonicMs();
        return Math.max(throttled.source.leftMs(nowMs), throttled.target.leftMs(nowMs));
      },
      facts: {
        segmentsOf: (partition, fresh) => this.#segmentsOf(partition, fresh),
        isCompacted: (topic) => this.#isCompacted([source, region], topic),
      },
      recall: (partitions) => this.#recall(partitions, signal),
      ...(pace !== undefined && { pace }),
    });
  }

  *#partitionsOf(engine: Engine): Iterable<MirroredPartition> {
    for (const mirror of engine.partitions) {
      let partition = this.#partitions.get(mirror);
      if (partition === undefined) this.#partitions.set(mirror, (partition = new MirroredPartition(mirror)));
      yield partition;
    }
  }

  /** Older segments than there are show differences, or nothing to compare: both ask for fresh ones. */
  async #segmentsOf(partition: MirroredPartition, fresh: boolean): Promise<ShiftSegments> {
    if (fresh || this.#shifts === undefined) this.#shifts = await this.#parts.ledger.readShifts();
    return this.#shifts.get(partition.shiftKey ?? '') ?? identicalOffsets;
  }

  async #isCompacted(regions: readonly string[], topic: string): Promise<boolean | undefined> {
    const { adminOf } = this.#parts;
    const looks = await Promise.all(regions.map((region) => adminOf(region).lookAtSettings([topic])));
    return isCompacted(looks, topic);
  }

  async #recall(
    partitions: readonly MirroredPartition[],
    signal: AbortSignal,
  ): Promise<Map<MirroredPartition, CheckedPartition>> {
    const snapshot = await this.#parts.reader.snapshot('causeway.observed', signal);
    const { verified } = observedView(recordsIn(snapshot));
    const records = new Map(verified.map((record) => [keyOf(record), record]));
    const states = new Map<MirroredPartition, CheckedPartition>();
    for (const partition of partitions) {
      const record = records.get(partition.key);
      const state = record && partition.stateIn(record);
      if (state !== undefined) states.set(partition, state);
    }
    return states;
  }

  /** Never rejects: what could not be written is written with the next. */
  async #write(): Promise<void> {
    const { clock, writer, log } = this.#parts;
    const changed = [...this.#checks.values()].map((check) => ({ check, changed: check.takeChanged() }));
    const writes = changed.flatMap((each) =>
      each.changed.map(([partition, state]) => partition.record(state, clock.wallMs())),
    );
    if (writes.length === 0) return;
    try {
      await writer.write('causeway.observed', writes);
      this.#trouble = undefined;
    } catch (error) {
      for (const { check, changed: lost } of changed) check.giveBack(lost.map(([partition]) => partition));
      const text = describeError(error);
      if (this.#trouble === undefined) log.warn({ error: text }, 'what was verified cannot be written down');
      this.#trouble = text;
    }
  }
}
