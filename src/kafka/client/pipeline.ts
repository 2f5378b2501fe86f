// The requests under way on one connection, oldest first, and the one timer that watches their deadlines.
import type { Clock, Timer } from '../../base/clock.ts';
import type { WireReader } from '../wire/reader.ts';
import type { PooledFrame } from './buffer-pool.ts';
import type { ClientLimits } from './limits.ts';

export interface PendingRequest {
  readonly correlationId: number;
  readonly apiKey: number;
  /** For messages: the call, and how long it was given. */
  readonly name: string;
  readonly waitMs: number;
  deadlineMs: number;
  /** The answer's bytes go into the pool. */
  readonly pooled: boolean;
  /** Decodes and resolves; throws CW-3005. Takes over the lease only when it returns. */
  complete(reader: WireReader, lease: PooledFrame | undefined): void;
  reject(error: Error): void;
}

/** A timer that fires this much late tells that the process stood still: what has arrived is read first. */
const lateMsMax = 1_000;

export class Pipeline {
  readonly #clock: Clock;
  readonly #limits: ClientLimits;
  readonly #onExpired: (request: PendingRequest) => void;
  #requests: PendingRequest[] = [];
  #head = 0;
  #timer: Timer | undefined;
  #firesMs = Number.POSITIVE_INFINITY;
  #lastBytesMs = Number.NEGATIVE_INFINITY;
  #pausedMs: number | undefined;
  #throttledUntilMs = 0;
  #answered = 0;

  constructor(clock: Clock, limits: ClientLimits, onExpired: (request: PendingRequest) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#requests.length - this.#head;
  }
  /** Requests that have been answered so far. */
  get answered(): number {
    return this.#answered;
  }
  /** The request whose answer comes next. */
  get first(): PendingRequest | undefined {
    return this.#requests[this.#head];
  }

  push(request: PendingRequest): void {
    if (this.#throttledUntilMs > 0) request.deadlineMs += this.throttledMs;
    this.#requests.push(request);
    if (request.deadlineMs < this.#firesMs) this.#arm(request.deadlineMs);
  }

  shift(): void {
    this.#answered += 1;
    this.#requests[this.#head] = undefined as unknown as PendingRequest;
    this.#head += 1;
    if (this.#head === this.#requests.length || this.#head >= 1024) {
      this.#requests.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Bytes of an answer have come. */
  progressed(): void {
    this.#lastBytesMs = this.#clock.monotonicMs();
  }

  /** Our own lack of memory stops the reading: no deadline runs until `resumed`. */
  paused(): void {
    this.#pausedMs ??= this.#clock.monotonicMs();
  }
  resumed(): void {
    if (this.#pausedMs === undefined) return;
    const lostMs = this.#clock.monotonicMs() - this.#pausedMs;
    this.#pausedMs = undefined;
    this.progressed();
    for (let at = this.#head; at < this.#requests.length; at += 1) {
      (this.#requests[at] as PendingRequest).deadlineMs += lostMs;
    }
    this.#rearm();
  }

  /** How long nothing is sent to the broker from now on. */
  get throttledMs(): number {
    return Math.max(0, this.#throttledUntilMs - this.#clock.monotonicMs());
  }

  /** The broker wants quiet and reads nothing meanwhile (KIP-219): no deadline runs. */
  throttled(forMs: number): void {
    const addedMs = forMs - this.throttledMs;
    if (addedMs <= 0) return;
    this.#throttledUntilMs = this.#clock.monotonicMs() + forMs;
    for (let at = this.#head; at < this.#requests.length; at += 1) {
      (this.#requests[at] as PendingRequest).deadlineMs += addedMs;
    }
    // The timer fires too early now, finds nothing and is set anew.
  }

  /** Ends the watch and hands over what is still under way. */
  drain(): readonly PendingRequest[] {
    this.#timer?.cancel();
    this.#timer = undefined;
    const left = this.#requests.slice(this.#head);
    this.#requests = [];
    this.#head = 0;
    return left;
  }

  #arm(atMs: number): void {
    this.#timer?.cancel();
    this.#firesMs = atMs;
    this.#timer = this.#clock.schedule(Math.max(0, atMs - this.#clock.monotonicMs()), this.#fired);
  }

  readonly #fired = (): void => {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#firesMs;
    this.#timer = undefined;
    this.#firesMs = Number.POSITIVE_INFINITY;
    if (this.#pausedMs !== undefined || this.size === 0) return;
    if (lateMs > lateMsMax) return this.#arm(nowMs + lateMsMax);
    const expired = this.#findExpired(nowMs);
    if (expired === undefined) this.#rearm();
    else this.#onExpired(expired);
  };

  #findExpired(nowMs: number): PendingRequest | undefined {
    const { silenceMsMax, overtimeMsMax } = this.#limits;
    const progresses = nowMs - this.#lastBytesMs < silenceMsMax;
    for (let at = this.#head; at < this.#requests.length; at += 1) {
      const request = this.#requests[at] as PendingRequest;
      if (nowMs >= request.deadlineMs + (progresses ? overtimeMsMax : 0)) return request;
    }
    return undefined;
  }

  #rearm(): void {
    if (this.size === 0) return;
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (let at = this.#head; at < this.#requests.length; at += 1) {
      nextMs = Math.min(nextMs, (this.#requests[at] as PendingRequest).deadlineMs);
    }
    // Past its deadline but still coming: look again when it may have fallen silent.
    if (nextMs <= nowMs) nextMs = Math.max(nowMs + 1, this.#lastBytesMs + this.#limits.silenceMsMax);
    this.#arm(nextMs);
  }
}
