// Transactions of an application written straight into a leader's log, without coordinator or network: for
// tests that want a certain log, whole or under way.
import { controlBatch } from './control-batch.ts';
import { madeBatch, type MadeRecords } from './made-batch.ts';
import type { Replica } from './replica.ts';
import type { Appended } from './replica-site.ts';

const transactionalBit = 0x10;

/** One producer of transactions, which keeps its sequence. */
export class DirectTransactions {
  readonly producerId: bigint;
  epoch: number;
  coordinatorEpoch = 0;
  #sequence = 0;

  constructor(producerId: bigint, epoch = 0) {
    this.producerId = producerId;
    this.epoch = epoch;
  }

  /** Writes one batch into the open transaction, or into a new one. */
  write(leader: Replica, values: readonly string[], keys?: readonly string[]): Appended {
    return this.append(leader, {
      values: values.map((value) => Buffer.from(value)),
      ...(keys === undefined ? {} : { keys: keys.map((key) => Buffer.from(key)) }),
      timestampMs: BigInt(Math.floor(leader.site.wallMs())),
    });
  }

  /** As `write`, of records with times of their own. */
  append(leader: Replica, records: MadeRecords): Appended {
    const batch = madeBatch({
      ...records,
      producerId: this.producerId,
      producerEpoch: this.epoch,
      baseSequence: this.#sequence,
      attributes: transactionalBit,
    });
    const appended = leader.append(batch);
    if (appended.errorCode === 0) this.#sequence += records.values.length;
    return appended;
  }

  /** Ends the transaction; with `raises`, at a raised epoch, as clients of Kafka 4.0 on have it. */
  end(leader: Replica, committed: boolean, raises = false): Appended {
    if (raises) {
      this.epoch += 1;
      this.#sequence = 0;
    }
    const { producerId, epoch: producerEpoch, coordinatorEpoch } = this;
    const timestampMs = BigInt(Math.floor(leader.site.wallMs()));
    return leader.append(
      controlBatch({ producerId, producerEpoch, committed, coordinatorEpoch, timestampMs }),
    );
  }
}
