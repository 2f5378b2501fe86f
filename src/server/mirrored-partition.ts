// A mirror partition as the running comparison sees it, and its record in the ledger.
import { shiftKey, sourcePosition } from '../base/shift-segments.ts';
import type { RunningPartition } from '../data-plane/verifier/check-task.ts';
import type { CheckedPartition } from '../data-plane/verifier/checked-partition.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import type { ObservedVerified } from '../ledger/records.ts';
import { verifiedKey } from '../ledger/record-key.ts';

export type MirrorPartition = Worker['partitions'][number];

export class MirroredPartition implements RunningPartition {
  readonly #mirror: MirrorPartition;

  constructor(mirror: MirrorPartition) {
    this.#mirror = mirror;
  }

  get set(): string {
    return this.#mirror.spec.set;
  }

  get topic(): string {
    return this.#mirror.spec.topic;
  }

  get partition(): number {
    return this.#mirror.spec.partition;
  }

  get isMirroring(): boolean {
    return this.#mirror.state.name === 'mirroring';
  }

  get life(): number {
    return this.#mirror.life;
  }

  get start(): bigint | undefined {
    return this.#mirror.view.logStart;
  }

  get end(): bigint | undefined {
    return sourcePosition(this.#mirror);
  }

  get key(): string {
    return verifiedKey(this.set, this.topic, this.partition);
  }

  /** Of its segments; undefined while it is not known which topic is written to. */
  get shiftKey(): string | undefined {
    const topicId = this.#mirror.point?.target.topicId ?? this.#mirror.spec.targetTopicId;
    return topicId === undefined ? undefined : shiftKey(topicId, this.partition);
  }

  record(state: CheckedPartition, observedAtMs: number): ObservedVerified {
    const { set, topic, partition, sourceRegion, targetRegion, sourceTopicId, targetTopicId } =
      this.#mirror.spec;
    const place = { set, topic, partition, source: sourceRegion, target: targetRegion };
    return { kind: 'verified', ...place, sourceTopicId, targetTopicId, ...state, observedAtMs };
  }

  /** What a record says of this partition; undefined where it was of other topics. */
  stateIn(record: ObservedVerified): CheckedPartition | undefined {
    const { sourceRegion, sourceTopicId, targetTopicId } = this.#mirror.spec;
    const isSame =
      record.source === sourceRegion &&
      record.sourceTopicId === sourceTopicId &&
      record.targetTopicId === targetTopicId;
    if (!isSame) return undefined;
    const { verifiedTo, checkedAtMs, again, completeAtMs, ranges, more } = record;
    return { verifiedTo, checkedAtMs, again, completeAtMs, ranges, more };
  }
}
