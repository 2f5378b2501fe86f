// Virtual time. Everything that happens in a simulated world is an event of this scheduler: a message that
// arrives, a timer, a step of replication. A driver decides which of the enabled events happens next.
import { type Clock, sleepOn, type Timer } from '../../src/base/clock.ts';

/** Something that will happen at `atMs` or later, inside the process `owner`. */
export interface SimEvent {
  readonly id: number;
  readonly atMs: number;
  /** The process in which it happens: a frozen one makes no step, a dropped one loses its events. */
  readonly owner: string;
  /** Events of one channel happen in the order in which they were posted; timers have none. */
  readonly channel: string | undefined;
  /** The network path it comes over, by each of its names: where one is blocked, it is delivered later. */
  readonly links: readonly string[];
  /**
   * Events of one process whose strands are both named and differ may happen in either order: nothing
   * differs.
   */
  readonly strand: string | undefined;
  /** The event in which it was posted; 0 for none. */
  readonly cause: number;
  readonly label: string;
  readonly fire: () => void;
}

export interface Posting {
  readonly delayMs: number;
  readonly owner: string;
  readonly channel?: string;
  readonly links?: readonly string[];
  readonly strand?: string;
  readonly label: string;
  readonly fire: () => void;
}

/** Chooses among the enabled events, which are sorted by time; undefined ends the run. */
export type Driver = (enabled: readonly SimEvent[], scheduler: Scheduler) => SimEvent | undefined;

/** Wall clock of every world at its start. */
export const wallMsAtStart = 1_700_000_000_000;

/** Thrown when a run makes more steps than its limit: a world that never comes to rest. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps';
}

export class Scheduler {
  nowMs = 0;
  steps = 0;
  /** Every event that has happened, as one line each; kept only while `keepLog`. */
  readonly log: string[] = [];
  keepLog = false;
  /** Called after each event, once all microtasks have run. */
  afterEvent: ((event: SimEvent) => void) | undefined;
  #nextId = 1;
  /** The event that happens now, with all that follows from it at once. */
  #happening = 0;
  /** Sorted by time, then by id. */
  #pending: SimEvent[] = [];
  readonly #frozen = new Set<string>();
  readonly #dropped = new Set<string>();
  readonly #blocked = new Set<string>();
  readonly #channelAtMs = new Map<string, number>();
  /** By process, in whichever incarnation: how far its wall clock is off. */
  readonly #clockOffMs = new Map<string, number>();

  get pending(): readonly SimEvent[] {
    return this.#pending;
  }

  post(posting: Posting): Timer {
    if (this.#dropped.has(posting.owner)) return { cancel: () => undefined };
    const { channel } = posting;
    let atMs = this.nowMs + posting.delayMs;
    if (channel !== undefined) {
      atMs = Math.max(atMs, this.#channelAtMs.get(channel) ?? 0);
      this.#channelAtMs.set(channel, atMs);
    }
    const event: SimEvent = {
      id: this.#nextId++,
      atMs,
      owner: posting.owner,
      channel,
      links: posting.links ?? [],
      strand: posting.strand,
      cause: this.#happening,
      label: posting.label,
      fire: posting.fire,
    };
    this.#pending.splice(this.#placeOf(event), 0, event);
    return { cancel: () => this.#remove(event) };
  }

  /** The process stands still: its events wait, time goes on. */
  freeze(owner: string): void {
    this.#frozen.add(owner);
  }
  thaw(owner: string): void {
    this.#frozen.delete(owner);
  }
  isFrozen(owner: string): boolean {
    return this.#frozen.has(owner);
  }

  /** The process is no more: its events never happen, and it posts no new ones. */
  drop(owner: string): void {
    this.#dropped.add(owner);
    this.#pending = this.#pending.filter((event) => event.owner !== owner);
  }

  /** The network path delivers nothing until it is unblocked; what is sent meanwhile comes late. */
  block(link: string): void {
    this.#blocked.add(link);
  }
  unblock(link: string): void {
    this.#blocked.delete(link);
  }
  isBlocked(link: string): boolean {
    return this.#blocked.has(link);
  }
  /** Of all paths whose names begin so. */
  unblockAll(beginning = ''): void {
    for (const link of this.#blocked) if (link.startsWith(beginning)) this.#blocked.delete(link);
  }

  /** Whatever is on the way over a channel from now on comes at least `delayMs` from now. */
  delayChannel(channel: string, delayMs: number): void {
    this.#channelAtMs.set(channel, Math.max(this.#channelAtMs.get(channel) ?? 0, this.nowMs + delayMs));
  }

  /** Forgets the events of a channel from the `keep`-th pending one on; returns how many there were. */
  cutChannel(channel: string, keep: number): number {
    let seen = 0;
    this.#pending = this.#pending.filter((event) => event.channel !== channel || ++seen <= keep);
    return seen;
  }

  /** The wall clock of a process is set, forward or back. */
  stepClock(process: string, byMs: number): void {
    this.#clockOffMs.set(process, (this.#clockOffMs.get(process) ?? 0) + byMs);
  }

  /** What a process sees as time. */
  clockOf(owner: string): Clock {
    const process = owner.replace(/#\d+$/, '');
    const clock: Clock = {
      wallMs: () => wallMsAtStart + this.nowMs + (this.#clockOffMs.get(process) ?? 0),
      monotonicMs: () => this.nowMs,
      schedule: (delayMs, fire) =>
        this.post({
          delayMs: Math.max(0, delayMs),
          owner,
          label: `${owner} timer ${Math.round(delayMs)}`,
          fire,
        }),
      sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
    };
    return clock;
  }

  /** Events that may happen next: the first of each channel, of processes that are not frozen; by time. */
  enabled(): SimEvent[] {
    const channels = new Set<string>();
    return this.#pending.filter((event) => {
      if (event.channel !== undefined) {
        if (channels.has(event.channel)) return false;
        channels.add(event.channel);
      }
      return this.#mayHappen(event);
    });
  }

  /** The earliest enabled event; cheaper than `enabled()[0]`. */
  earliest(): SimEvent | undefined {
    if (this.#frozen.size === 0 && this.#blocked.size === 0) return this.#pending[0];
    return this.#pending.find((event) => this.#mayHappen(event));
  }

  /** Runs until the driver ends it or nothing is enabled. */
  async run(driver: Driver, stepsMax: number): Promise<void> {
    await drained();
    for (let step = 0; ; step += 1) {
      const event = driver === byTime ? this.earliest() : driver(this.enabled(), this);
      if (event === undefined) return;
      if (step >= stepsMax) throw new TooManySteps(`no rest after ${stepsMax} steps at ${this.nowMs} ms`);
      await this.happen(event);
    }
  }

  /** Runs by time until `untilMs`, which is then the time. */
  async runUntil(untilMs: number, stepsMax = 5_000_000): Promise<void> {
    await drained();
    for (let step = 0; ; step += 1) {
      const event = this.earliest();
      if (event === undefined || event.atMs > untilMs) break;
      if (step >= stepsMax) throw new TooManySteps(`no rest after ${stepsMax} steps at ${this.nowMs} ms`);
      await this.happen(event);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Makes one event happen, with all that follows from it at once. */
  async happen(event: SimEvent): Promise<void> {
    this.#remove(event);
    this.nowMs = Math.max(this.nowMs, event.atMs);
    this.steps += 1;
    if (this.keepLog) this.log.push(`${this.nowMs.toFixed(1).padStart(10)} ${event.owner}: ${event.label}`);
    this.#happening = event.id;
    event.fire();
    await drained();
    this.#happening = 0;
    this.afterEvent?.(event);
  }

  /** A line in the log, beside its events. */
  note(text: string): void {
    if (this.keepLog) this.log.push(`${this.nowMs.toFixed(1).padStart(10)} * ${text}`);
  }

  #mayHappen(event: SimEvent): boolean {
    if (this.#frozen.has(event.owner)) return false;
    return this.#blocked.size === 0 || !event.links.some((link) => this.#blocked.has(link));
  }

  #placeOf(event: SimEvent): number {
    let low = 0;
    let high = this.#pending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pending[middle] as SimEvent).atMs <= event.atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(event: SimEvent): void {
    const at = this.#pending.indexOf(event);
    if (at >= 0) this.#pending.splice(at, 1);
  }
}

/** The normal driver: what is due first happens first. */
export const byTime: Driver = (enabled) => enabled[0];

/** Resolves when every microtask, and what they started, has run. */
export function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
