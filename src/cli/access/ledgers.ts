// The ledgers of all regions, opened on first use: read anew at each look, or followed.
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { LedgerReader } from '../../ledger/reader.ts';
import { FollowedLedger } from './followed-ledger.ts';
import type { LedgerSight } from './region-reading.ts';

export interface LedgersParts {
  readonly clusterOf: (region: string) => KafkaCluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A ledger that cannot be read for so long is given up. */
  readonly giveUpMs: number;
}

export class Ledgers {
  readonly #parts: LedgersParts;
  readonly #readers = new Map<string, LedgerReader>();
  readonly #followed = new Map<string, FollowedLedger>();
  #isFollowing = false;

  constructor(parts: LedgersParts) {
    this.#parts = parts;
  }

  /** From now on ledgers are followed: each look after the first one reads only what is new. */
  follow(): void {
    this.#isFollowing = true;
  }

  of(region: string): LedgerSight {
    const reader = this.#readers.get(region) ?? this.#openReader(region);
    if (!this.#isFollowing) return reader;
    const followed = this.#followed.get(region) ?? new FollowedLedger(reader);
    this.#followed.set(region, followed);
    return followed;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#followed.values()].map((ledger) => ledger.close()));
    for (const reader of this.#readers.values()) reader.close();
  }

  #openReader(region: string): LedgerReader {
    const { clusterOf, ...parts } = this.#parts;
    const reader = new LedgerReader({ ...parts, region, cluster: clusterOf(region) });
    this.#readers.set(region, reader);
    return reader;
  }
}
