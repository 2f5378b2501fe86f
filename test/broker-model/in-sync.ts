// A leader's view of its followers: how far each has come, and which of them count as in sync (Kafka's
// Partition, maybeExpandIsr and maybeShrinkIsr).
import { minOf } from './partition-log.ts';
import type { FollowerFetch } from './replica-site.ts';

interface FollowerView {
  end: bigint;
  logStart: bigint;
  caughtUpAtMs: number;
}

/** What is known of the leader's own log. */
export interface LeaderEnds {
  readonly logEnd: bigint;
  readonly highWatermark: bigint;
  /** Where the leader's own epoch begins. */
  readonly epochStart: bigint;
}

export interface InSyncSite {
  /** Asks the controller to change the replicas in sync. */
  alter(inSync: readonly number[]): void;
  /** What the controller says of a broker: one that is not alive cannot be in sync (isReplicaIsrEligible). */
  isAlive(brokerId: number): boolean;
}

export class InSync {
  readonly #site: InSyncSite;
  readonly #followers = new Map<number, FollowerView>();
  /** By the controller's word. */
  #agreed: readonly number[] = [];
  /** By the controller, and by what has been asked for. */
  #maximal = new Set<number>();
  #alterUnderWay = false;

  constructor(site: InSyncSite) {
    this.#site = site;
  }

  /** The controller has spoken. */
  agree(inSync: readonly number[]): void {
    this.#agreed = inSync;
    this.#maximal = new Set(inSync);
    this.#alterUnderWay = false;
  }

  /** The controller did not agree, or its answer is lost: ask again when there is reason to. */
  alterEnded(): void {
    this.agree(this.#agreed);
  }

  /** A new lead begins: nothing is known of the followers. */
  lead(followers: readonly number[], nowMs: number): void {
    this.#followers.clear();
    for (const id of followers) this.#followers.set(id, { end: -1n, logStart: 0n, caughtUpAtMs: nowMs });
  }

  /** Before an append: whoever has all of the log until now has caught up until now. */
  appends(logEnd: bigint, nowMs: number): void {
    for (const view of this.#followers.values()) if (view.end === logEnd) view.caughtUpAtMs = nowMs;
  }

  /** A follower's fetch tells how far it is. */
  note({ from: id, offset: end, logStart }: FollowerFetch, ends: LeaderEnds, nowMs: number): void {
    const view = this.#followers.get(id);
    if (view === undefined) return;
    view.end = end;
    if (view.logStart < logStart) view.logStart = logStart;
    if (end >= ends.logEnd) view.caughtUpAtMs = nowMs;
    this.#takeIn(id, end, ends);
  }

  /** What a leader does every few seconds. */
  look(ends: LeaderEnds, nowMs: number, lagMsMax: number): void {
    this.#shrink(ends, nowMs, lagMsMax);
    // A follower that waits for news does not ask again by itself, as a real one does twice a second.
    for (const [id, { end }] of this.#followers) this.#takeIn(id, end, ends);
  }

  /** As far as all have come that are, or may be, in sync. */
  common(logEnd: bigint): bigint {
    let bound = logEnd;
    for (const id of this.#maximal) {
      const view = this.#followers.get(id);
      if (view !== undefined) bound = minOf(bound, view.end);
    }
    return bound;
  }

  /** Where the log starts on all replicas of which `counts` is true. */
  lowWatermark(logStart: bigint, counts: (id: number) => boolean): bigint {
    let low = logStart;
    for (const [id, view] of this.#followers) if (counts(id)) low = minOf(low, view.logStart);
    return low;
  }

  /** Asks for a follower that has caught up to be in sync. */
  #takeIn(id: number, end: bigint, { highWatermark, epochStart }: LeaderEnds): void {
    if (this.#maximal.has(id) || this.#alterUnderWay || !this.#site.isAlive(id)) return;
    if (end < highWatermark || end < epochStart) return;
    // A joining replica counts at once, a leaving one until the controller has agreed.
    this.#maximal.add(id);
    this.#ask([...this.#agreed, id]);
  }

  /** Followers that have been behind for too long are taken out of the replicas in sync. */
  #shrink({ logEnd }: LeaderEnds, nowMs: number, lagMsMax: number): void {
    if (this.#alterUnderWay) return;
    const kept = this.#agreed.filter((id) => {
      const view = this.#followers.get(id);
      if (view === undefined || view.end >= logEnd) return true;
      return nowMs - view.caughtUpAtMs <= lagMsMax;
    });
    if (kept.length < this.#agreed.length) this.#ask(kept);
  }

  #ask(inSync: readonly number[]): void {
    this.#alterUnderWay = true;
    this.#site.alter(inSync);
  }
}
