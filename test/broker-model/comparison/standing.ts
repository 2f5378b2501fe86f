// Who is there and who leads, as both sides have told it: what the next steps are made from.
import type { PartitionView } from '../../../src/kafka/wire/messages.ts';
import type { Answer } from './side.ts';
import type { Step } from './steps.ts';

export class Standing {
  /** Brokers that can be asked. */
  alive: readonly number[];
  /** Of every transactional id. */
  coordinator = 1;
  #partitions = new Map<number, PartitionView>();

  /** How many there are, alive or not. */
  readonly brokers: number;

  readonly #minInSync: number;

  constructor(brokers: readonly number[], minInSync: number) {
    this.#minInSync = minInSync;
    this.brokers = brokers.length;
    this.alive = brokers;
  }

  learn(step: Step, answer: Answer): void {
    if (answer['error'] !== 'NONE') return;
    if (step.kind === 'findCoordinator') this.coordinator = answer['nodeId'] as number;
    if (step.kind !== 'metadata') return;
    const partitions = answer['partitions'] as readonly PartitionView[];
    this.#partitions = new Map(partitions.map((each) => [each.partition, each]));
  }

  /** -1 where nobody leads. */
  leaderOf(partition: number): number {
    return this.#partitions.get(partition)?.leaderId ?? -1;
  }
  epochOf(partition: number): number {
    return this.#partitions.get(partition)?.leaderEpoch ?? 0;
  }
  /** All replicas, whether they can be asked or not. */
  assignmentOf(partition: number): readonly number[] {
    return this.#partitions.get(partition)?.replicas ?? [];
  }
  /** Replicas that can be asked. */
  replicasOf(partition: number): readonly number[] {
    return this.assignmentOf(partition).filter((id) => this.alive.includes(id));
  }
  /** Replicas that may be given the lead. */
  candidatesOf(partition: number): readonly number[] {
    const inSync = this.#partitions.get(partition)?.inSync ?? [];
    return this.replicasOf(partition).filter((id) => inSync.includes(id));
  }
  /** Whether all that is written there can be committed. */
  takesWrites(partition: number): boolean {
    const { leaderId = -1, inSync = [], replicas = [] } = this.#partitions.get(partition) ?? {};
    return leaderId >= 0 && inSync.length >= Math.min(this.#minInSync, replicas.length);
  }
  get partitions(): readonly number[] {
    return [...this.#partitions.keys()];
  }
}
