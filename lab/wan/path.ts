// One direction of a link, shared by all connections that cross it: a rate that they take in turns, a delay,
// a cut.
import type { Clock, Timer } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { PathSettings } from '../lab-types.ts';
import { connectionBytesMin, isPlain, pathBytesMax, pieceBytes, plainPath, windowBytes } from './settings.ts';

/** What a path needs to know of one connection's bytes in its direction. */
export interface Traveller {
  /** Takes the next piece off the waiting bytes; 0 bytes for an end that is due. */
  depart(bytesMax: number, arrivalMs: number): number;
  /** Something waits to depart. */
  readonly waiting: boolean;
  /** The path's settings have changed. */
  settingsChanged(): void;
}

/** Unused rate is kept for this long, so that a late timer costs no throughput. */
const creditMsMax = 10;

export class Path {
  readonly from: string;
  readonly to: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #travellers = new Set<Traveller>();
  #turns: Traveller[] = [];
  #settings: PathSettings = plainPath;
  #freeAtMs = 0;
  #timer: Timer | undefined;
  /** Bytes that have departed since the start. */
  bytes = 0;
  /** Bytes that wait or travel now, of all connections. */
  bytesHeld = 0;

  constructor(from: string, to: string, clock: Clock, random: Random) {
    this.from = from;
    this.to = to;
    this.#clock = clock;
    this.#random = random;
  }

  get settings(): PathSettings {
    return this.#settings;
  }

  get plain(): boolean {
    return isPlain(this.#settings);
  }

  /**
   * Whether a connection that has `bytes` under way may read more. One with few may always, so that none
   * starves while others fill the path.
   */
  hasRoomFor(bytes: number): boolean {
    if (bytes < connectionBytesMin) return true;
    return bytes < windowBytes(this.#settings) && this.bytesHeld < pathBytesMax;
  }

  set(settings: PathSettings): void {
    this.#settings = settings;
    this.#freeAtMs = Math.min(this.#freeAtMs, this.#clock.monotonicMs());
    for (const traveller of this.#travellers) traveller.settingsChanged();
    this.#pump();
  }

  join(traveller: Traveller): void {
    this.#travellers.add(traveller);
  }

  leave(traveller: Traveller): void {
    this.#travellers.delete(traveller);
    this.#turns = this.#turns.filter((one) => one !== traveller);
  }

  /** A traveller has something to send; call when it had nothing before. */
  takeTurn(traveller: Traveller): void {
    this.#turns.push(traveller);
    this.#pump();
  }

  #pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { oneWayDelayMs, jitterMs, bandwidthBytesPerSecond: rate, cut } = this.#settings;
    if (cut !== null) return;
    const pieceMax = pieceBytes(this.#settings);
    const nowMs = this.#clock.monotonicMs();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs - creditMsMax);
    while (this.#turns.length > 0) {
      if (rate !== null && this.#freeAtMs > nowMs) {
        this.#timer = this.#clock.schedule(Math.ceil(this.#freeAtMs - nowMs), () => this.#pump());
        return;
      }
      const traveller = this.#turns.shift() as Traveller;
      const jitter = jitterMs === 0 ? 0 : (this.#random.int(1_000_001) / 1_000_000) * jitterMs;
      const departed = traveller.depart(pieceMax, nowMs + oneWayDelayMs + jitter);
      this.bytes += departed;
      if (rate !== null) this.#freeAtMs += (departed * 1000) / rate;
      if (traveller.waiting) this.#turns.push(traveller);
    }
  }
}
