// One connection to one target broker for fillers. What comes while a request is under way goes together in
// the next one, so that the partitions of a leader share requests.
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { TxnMarker, WrittenMarker } from '../../kafka/wire/messages.ts';

/** Control records of one guard in one partition. */
export interface MarkerOrder {
  readonly marker: TxnMarker;
  readonly count: number;
}

interface Waiting extends MarkerOrder {
  readonly settled: PromiseWithResolvers<number>;
}

export interface MarkerLaneParts {
  readonly connect: () => Promise<BrokerConnection>;
  /** Control records in one request; an order of its own is never cut. */
  readonly markersMax: number;
  /** The lane is of no use any more; the next order needs a new one. */
  readonly onEnd: (lane: MarkerLane) => void;
}

export class MarkerLane {
  readonly #parts: MarkerLaneParts;
  readonly #connecting: Promise<BrokerConnection>;
  #waiting: Waiting[] = [];
  #isBusy = false;
  #isEnded = false;

  constructor(parts: MarkerLaneParts) {
    this.#parts = parts;
    this.#connecting = parts.connect();
    // Whoever waits for it is told; with nobody waiting it is told with the first order.
    this.#connecting.catch(() => this.#end());
  }

  /**
   * Resolves with Kafka's error code once the leader has answered: with NONE the last of them is committed,
   * and the log end tells whether all are. Rejects where the connection was lost: outcome unknown.
   */
  append(order: MarkerOrder): Promise<number> {
    const settled = Promise.withResolvers<number>();
    this.#waiting.push({ ...order, settled });
    this.#sendSoon();
    return settled.promise;
  }

  /** Ends the connection; every order under way rejects. */
  end(reason: string): void {
    this.#end();
    this.#connecting.then(
      (connection) => connection.destroy(reason),
      () => undefined, // It was never made: nothing to end, and those who wait for it know.
    );
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#parts.onEnd(this);
  }

  /** What one fetch answer makes due goes into one request. */
  #sendSoon(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    queueMicrotask(() => {
      this.#sendAll().catch((error: unknown) => {
        throw error;
      });
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send(this.#gather());
    this.#isBusy = false;
  }

  #gather(): Waiting[] {
    let [markers, orders] = [0, 0];
    for (const { count } of this.#waiting) {
      if (orders > 0 && markers + count > this.#parts.markersMax) break;
      markers += count;
      orders += 1;
    }
    return this.#waiting.splice(0, orders);
  }

  async #send(orders: readonly Waiting[]): Promise<void> {
    try {
      const connection = await this.#connecting;
      const markers = orders.flatMap(({ marker, count }) => Array.from({ length: count }, () => marker));
      const answers = await connection.writeTxnMarkers({ markers });
      for (const { marker, settled } of orders) settled.resolve(errorOf(marker, answers));
    } catch (error) {
      for (const { settled } of orders) settled.reject(error);
      this.#end();
    }
  }
}

/** A guard has one partition, and an answer one entry for each of both. */
function errorOf({ producerId }: TxnMarker, answers: readonly WrittenMarker[]): number {
  const answer = answers.find((each) => each.producerId === producerId);
  // Left out of the answer: nothing is known.
  return answer?.errorCode ?? kafkaError.UNKNOWN_SERVER_ERROR;
}
