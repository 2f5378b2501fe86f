// A broker as the parts it is made of see it.
import type { Timer } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { TxnMarker, WrittenMarker } from '../../src/kafka/wire/messages.ts';
import type { ClusterSettings, PartitionImage } from './model-types.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { Replica } from './replica.ts';

export interface BrokerFace {
  readonly brokerId: number;
  readonly site: {
    readonly settings: ClusterSettings;
    /** The randomness that belongs to a name. */
    randomOf(name: string): Random;
    readonly producerIds: ProducerIds;
    /** Asked before each append; an error code other than NONE is answered and nothing is appended. */
    readonly refuseAppend: ((topic: string, partition: number) => number) | undefined;
  };
  /** The broker's clock, by which it stamps batches. */
  wallMs(): number;
  /** A timer of the broker's process. */
  later(label: string, delayMs: number, fire: () => void): Timer;
  findByName(
    topic: string,
    partition: number,
  ): { readonly image: PartitionImage; readonly replica: Replica | undefined } | undefined;
  /** Whether the other broker's process takes a connection of this one. */
  connects(brokerId: number): boolean;
  /** Control records at another leader, or at this one; no answer where they cannot reach each other. */
  askMarkers(brokerId: number, marker: TxnMarker, then: (answer: readonly WrittenMarker[]) => void): void;
}
