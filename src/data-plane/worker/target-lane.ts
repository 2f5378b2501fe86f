// One produce connection to one target broker: a window of requests in flight, each with at most one batch
// per partition and as many ready partitions as there are.
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { ProducedPartition, ProduceRequest, ProduceTopic } from '../../kafka/wire/messages.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { type Cause, causeOf, causeOfError } from '../mirror/stop-cause.ts';
import type { Flight } from '../mirror/write-window.ts';
import type { WorkerLimits } from './limits.ts';

export interface TargetLaneParts {
  readonly brokerId: number;
  /** True for the connection of partitions that are slow to be acknowledged. */
  readonly slow: boolean;
  readonly connect: () => Promise<BrokerConnection>;
  readonly limits: WorkerLimits;
  /** Asked before each request: false after the process stood still. */
  readonly mayWrite: () => boolean;
  readonly onEnd: (lane: TargetLane) => void;
  readonly onProduce: () => void;
  /** The broker's quota holds the connection for so long. */
  readonly onThrottled: (forMs: number) => void;
}

/** A batch in a request, with the partition it belongs to. */
interface Sent {
  readonly partition: MirrorPartition;
  readonly flight: Flight;
}

export class TargetLane {
  readonly brokerId: number;
  readonly slow: boolean;
  readonly #parts: TargetLaneParts;
  readonly #ready = new Set<MirrorPartition>();
  #connection: BrokerConnection | undefined;
  #inFlight = 0;
  #inFlightBytes = 0;
  #ended: Cause | undefined;
  #pumpDue = false;

  constructor(parts: TargetLaneParts) {
    this.#parts = parts;
    this.brokerId = parts.brokerId;
    this.slow = parts.slow;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Opens the connection. Never rejects; a failure ends the lane. */
  async open(): Promise<void> {
    try {
      this.#connection = await this.#parts.connect();
      if (this.#ended !== undefined) this.#connection.destroy(this.#ended.message);
      else this.#pumpSoon();
    } catch (error) {
      this.end(causeOfError(error));
    }
  }

  /** The partition has something to write. */
  offer(partition: MirrorPartition): void {
    this.#ready.add(partition);
    this.#pumpSoon();
  }

  withdraw(partition: MirrorPartition): void {
    this.#ready.delete(partition);
  }

  /** Ends the lane: what is in flight is lost, what was offered starts again elsewhere. */
  end(cause: Cause): void {
    if (this.#ended !== undefined) return;
    this.#ended = cause;
    this.#parts.onEnd(this);
    // Rejects every request under way, which tells their partitions.
    this.#connection?.destroy(cause.message);
    for (const partition of Array.from(this.#ready)) partition.connectionLost(cause);
    this.#ready.clear();
  }

  /** Gathers what one fetch answer makes ready before the first request is built. */
  #pumpSoon(): void {
    if (this.#pumpDue || this.#connection === undefined) return;
    this.#pumpDue = true;
    queueMicrotask(() => {
      this.#pumpDue = false;
      this.#pump();
    });
  }

  /**
   * A window that is more than half full waits: requests that go together cost one write here and one
   * wake-up at the broker, which answers them one after the other anyway.
   */
  #pump(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#ready.size === 0) return;
    if (!this.#isHalfEmpty()) return;
    while (this.#ended === undefined && !this.#isFull()) {
      if (!this.#parts.mayWrite()) return;
      const { sent, bytes } = this.#gather();
      if (sent.length === 0) return;
      this.#send(connection, sent, bytes);
    }
  }

  /** Small requests keep a broker busy for a shorter time each, so more of them go at once. */
  #isFull(): boolean {
    const { produceInFlightMax, produceInFlightMin, produceInFlightBytes } = this.#parts.limits;
    if (this.#inFlight >= produceInFlightMax) return true;
    return this.#inFlightBytes >= produceInFlightBytes && this.#inFlight >= produceInFlightMin;
  }

  #isHalfEmpty(): boolean {
    const { produceInFlightMax, produceInFlightMin, produceInFlightBytes } = this.#parts.limits;
    if (this.#inFlight > produceInFlightMax / 2) return false;
    return this.#inFlightBytes <= produceInFlightBytes / 2 || this.#inFlight <= produceInFlightMin / 2;
  }

  #gather(): { sent: Sent[]; bytes: number } {
    const { produceRequestBytesMax, producePartitionsMax } = this.#parts.limits;
    const sent: Sent[] = [];
    let bytes = 0;
    let full = false;
    for (const partition of this.#ready) {
      const next = partition.nextBatchBytes;
      full =
        sent.length >= producePartitionsMax || (sent.length > 0 && bytes + next > produceRequestBytesMax);
      if (full) break;
      if (next > 0) {
        bytes += next;
        sent.push({ partition, flight: partition.take() });
      }
      if (!partition.canProduce) this.#ready.delete(partition);
    }
    if (full) this.#putBehind(sent);
    return { sent, bytes };
  }

  /** Those that had no room come first in the next request. */
  #putBehind(sent: readonly Sent[]): void {
    for (const { partition } of sent) if (this.#ready.delete(partition)) this.#ready.add(partition);
  }

  #send(connection: BrokerConnection, sent: readonly Sent[], bytes: number): void {
    this.#inFlight += 1;
    this.#inFlightBytes += bytes;
    this.#parts.onProduce();
    connection.produce(this.#requestOf(sent)).then(
      (response) => {
        this.#landed(bytes);
        if (response.throttleMs > 0) this.#parts.onThrottled(response.throttleMs);
        this.#answered(sent, response.partitions);
      },
      (error: unknown) => {
        this.#landed(bytes);
        this.#failed(sent, causeOfError(error));
      },
    );
  }

  #landed(bytes: number): void {
    this.#inFlight -= 1;
    this.#inFlightBytes -= bytes;
  }

  #requestOf(sent: readonly Sent[]): ProduceRequest {
    const { produceWaitMs, produceWaitMsSlow } = this.#parts.limits;
    const topics = new Map<string, { partition: number; records: Buffer }[]>();
    const named: ProduceTopic[] = [];
    for (const { partition, flight } of sent) {
      let partitions = topics.get(partition.spec.topic);
      if (partitions === undefined) {
        partitions = [];
        topics.set(partition.spec.topic, partitions);
        const topicId = partition.point?.target.topicId ?? '';
        named.push({ topic: partition.spec.topic, topicId, partitions });
      }
      partitions.push({ partition: partition.spec.partition, records: flight.batch.bytes });
    }
    return { acks: -1, timeoutMs: this.slow ? produceWaitMsSlow : produceWaitMs, topics: named };
  }

  #answered(sent: readonly Sent[], answers: readonly ProducedPartition[]): void {
    const theirs = sent.map(({ partition }, at) =>
      isAnswerTo(partition, answers[at]) ? answers[at] : answers.find((each) => isAnswerTo(partition, each)),
    );
    sent.forEach(({ partition, flight }, at) => {
      const answer = theirs[at];
      if (answer !== undefined) partition.produced(flight, answer);
      else partition.lost(flight, causeOf('CW-2022', 'the target’s answer leaves this partition out'));
    });
    const waiting = sent.find(
      ({ partition }, at) => theirs[at]?.errorCode === kafkaError.REQUEST_TIMED_OUT && partition.inFlight > 0,
    );
    if (waiting !== undefined) this.#leave(waiting.partition);
    this.#pumpSoon();
  }

  /**
   * A broker answers one request of a connection after the other: what is left under way of a partition that
   * waits for its replicas would hold up all others for as long again, request by request. They go on over
   * another connection; what was under way here is looked at anew.
   */
  #leave({ spec: { topic, partition } }: MirrorPartition): void {
    if (this.slow) return;
    const text = `broker ${this.brokerId}: left, since ${topic}-${partition} waits for its replicas`;
    this.end(causeOf('CW-3003', text));
  }

  #failed(sent: readonly Sent[], cause: Cause): void {
    for (const { partition, flight } of sent) partition.lost(flight, cause);
    this.end(cause);
  }
}

function isAnswerTo(partition: MirrorPartition, answer: ProducedPartition | undefined): boolean {
  if (answer?.partition !== partition.spec.partition) return false;
  return answer.topic === partition.spec.topic || answer.topicId === partition.point?.target.topicId;
}
