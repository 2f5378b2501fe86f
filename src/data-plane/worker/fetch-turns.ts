// Whose fetch leaves next on a link, and how much it may ask for: what we ask for is the only hold we have
// on what comes. Two things decide: the link's limit, and who has work that comes before that of others.
// While there is no limit and all partitions are of one class, nobody asks here and nothing is held.
import type { Clock, Timer } from '../../base/clock.ts';
import { ByteBucket } from './byte-bucket.ts';
import { ByteMeter } from './byte-meter.ts';
import type { Asker } from './fetch-class.ts';
import { HeldTime } from './held-time.ts';
import { LeastShares } from './least-shares.ts';
import type { SteeringLimits } from './limits.ts';
import { SpareShare } from './spare-share.ts';

/** Leave for one fetch. `done` is called once, with the bytes that came; 0 where there was no answer. */
export interface Turn {
  readonly bytes: number;
  done(bytes: number): void;
}

export interface FetchTurnsParts {
  readonly clock: Clock;
  readonly limits: SteeringLimits;
  /** This worker's part of the link's limit; undefined where it has none. Asked again and again. */
  readonly limitBytesPerSecond: () => number | undefined;
  /** Of the link, once measured. */
  readonly rttMs: () => number | undefined;
}

interface Waiting {
  readonly asker: Asker;
  readonly bytes: number;
  readonly onTurn: (turn: Turn) => void;
}

const holdKinds = ['limit', 'priority'] as const;
type Hold = (typeof holdKinds)[number];

interface Given {
  readonly bytes: number;
  /** It waits for records that are not there yet. */
  readonly isIdle: boolean;
  /** It would be for more but for that. */
  readonly cutBy: Hold | undefined;
  readonly outOf: 'all' | 'least' | 'spare';
  readonly rank: number;
}

/** Timers are no finer. */
const lookMsMin = 2;
/** More than any rank. */
const gatedFirst = 1e6;

export class FetchTurns {
  readonly #parts: FetchTurnsParts;
  readonly #askers = new Set<Asker>();
  /** In the order in which they asked. */
  readonly #waiting = new Set<Waiting>();
  readonly #meter = new ByteMeter();
  readonly #least: LeastShares;
  readonly #spare: SpareShare;
  readonly #held = { limit: new HeldTime(), priority: new HeldTime() };
  #bucket: ByteBucket | undefined;
  #allBytes = 0;
  /** Bytes of turns under way: of those that fetch what waits, and of those that wait for records. */
  #wantedBytes = 0;
  #idleBytes = 0;
  /** Turns under way that would be for more but for that. */
  readonly #cutTurns: Record<Hold, number> = { limit: 0, priority: 0 };
  #timer: Timer | undefined;

  constructor(parts: FetchTurnsParts) {
    this.#parts = parts;
    this.#least = new LeastShares(parts.limits);
    this.#spare = new SpareShare(parts.limits);
  }

  join(asker: Asker): void {
    this.#askers.add(asker);
  }

  leave(asker: Asker): void {
    this.#askers.delete(asker);
    for (const each of this.#waiting) if (each.asker === asker) this.#waiting.delete(each);
    this.look();
  }

  /** False: whoever fetches need not ask. */
  get isSteered(): boolean {
    return this.isShared || this.#parts.limitBytesPerSecond() !== undefined;
  }

  /** Partitions of several classes are fetched over the link. */
  get isShared(): boolean {
    let first: number | undefined;
    for (const { size, rank } of this.#askers) {
      if (size === 0) continue;
      first ??= rank;
      if (rank !== first) return true;
    }
    return false;
  }

  /** Those that have partitions. */
  get #askersAtWork(): number {
    let count = 0;
    for (const { size } of this.#askers) if (size > 0) count += 1;
    return count;
  }

  /** Nobody comes before it. */
  isFirst(rank: number): boolean {
    for (const each of this.#askers) if (each.size > 0 && each.rank < rank) return false;
    return true;
  }

  /**
   * Bytes have come. Those asked for while nothing was steered are told here, and cost nothing: a limit
   * counts from when it is there.
   */
  arrived(bytes: number): void {
    if (bytes === 0) return;
    this.#allBytes += bytes;
    this.#meter.arrived(bytes, this.#nowMs);
  }

  get limitBytesPerSecond(): number | undefined {
    return this.#parts.limitBytesPerSecond();
  }

  /** Bytes that have come so far. */
  get bytes(): number {
    return this.#allBytes;
  }

  /** Bytes per second that came over the last two seconds. */
  get bytesPerSecond(): number {
    return this.#meter.bytesPerSecond(this.#nowMs);
  }

  /** How long fetches with work have been held up so far, by the limit, and by those that come first. */
  heldMs(by: Hold): number {
    return this.#held[by].totalMs(this.#nowMs);
  }

  /** Calls `onTurn`, at once or later, with leave for at most `bytes`. One at a time per asker. */
  ask(asker: Asker, bytes: number, onTurn: (turn: Turn) => void): void {
    this.#waiting.add({ asker, bytes, onTurn });
    this.look();
  }

  /** Leave for a further fetch of a lane, at once or not at all: it is worth nothing later. */
  askFurther(asker: Asker, bytes: number): Turn | undefined {
    if (!this.isSteered) return { bytes, done: (came) => this.arrived(came) };
    if (this.#waiting.size > 0 || this.#isBehindOthers(asker)) return undefined;
    const bucket = this.#bucketAt(this.#nowMs);
    const room = bucket === undefined ? bytes : this.#idleRoom(bucket) - this.#keptBytes(bucket);
    const given = Math.min(bytes, Math.floor(room));
    return given < Math.min(bytes, this.#parts.limits.turnBytesMin)
      ? undefined
      : this.#give({ bytes: given, isIdle: true, cutBy: undefined, outOf: 'all', rank: asker.rank });
  }

  /** Something has changed: hands out what turns there are. */
  look(): void {
    const nowMs = this.#nowMs;
    const bucket = this.#bucketAt(nowMs);
    const capacity = this.#capacity(bucket, nowMs);
    this.#least.grow(capacity, this.#askers, nowMs);
    this.#spare.pass(this.#held.priority.totalMs(nowMs), capacity, nowMs);
    const holds = new Set<Hold>();
    let waitMs = this.#parts.limits.lookMs;
    for (const each of this.#inOrder()) {
      // Who has just had a turn may have asked again, and been served, meanwhile.
      if (!this.#waiting.has(each)) continue;
      const gated = this.#isBehindOthers(each.asker);
      const held = this.#serve(each, gated, bucket);
      if (held === undefined) continue;
      if (each.asker.wants) holds.add(held.by);
      waitMs = Math.min(waitMs, held.forMs);
    }
    this.#turnHeld(holds, nowMs);
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    this.#timer = this.#parts.clock.schedule(Math.max(waitMs, lookMsMin), () => this.look());
  }

  /** Besides those who wait, those are held who may not fetch as much as they would. */
  #turnHeld(waiting: ReadonlySet<Hold>, nowMs: number): void {
    for (const by of holdKinds) this.#held[by].turn(waiting.has(by) || this.#cutTurns[by] > 0, nowMs);
  }

  get #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  /** Those with a share of their own first, or the first class would never leave anything. */
  #inOrder(): Waiting[] {
    const place = ({ asker }: Waiting) =>
      this.#isBehindOthers(asker) ? asker.rank - gatedFirst : asker.rank;
    return [...this.#waiting].sort((a, b) => place(a) - place(b));
  }

  /** Undefined where it has had its turn; else why not, and when to look again. */
  #serve(
    each: Waiting,
    gated: boolean,
    bucket: ByteBucket | undefined,
  ): { readonly by: Hold; readonly forMs: number } | undefined {
    const { asker, onTurn } = each;
    const { rank, wants } = asker;
    const { turnBytesMin } = this.#parts.limits;
    const due = gated ? this.#least.bytesOf(rank) : 0;
    const outOf = !gated ? 'all' : due >= this.#spare.bytes ? 'least' : 'spare';
    let bytes = each.bytes;
    if (gated) {
      const share = Math.max(due, this.#spare.bytes);
      if (share <= 0) return { by: 'priority', forMs: this.#least.waitMs(rank) };
      bytes = Math.min(bytes, Math.max(share, turnBytesMin));
    }
    let cutBy: Hold | undefined = wants && bytes < each.bytes ? 'priority' : undefined;
    if (bucket !== undefined) {
      const most = wants ? bucket.bytesMax / 2 : this.#keptBytes(bucket) / Math.max(1, this.#askersAtWork);
      bytes = Math.min(bytes, most);
      const room = wants ? this.#wantedRoom(bucket) : this.#idleRoom(bucket);
      const needed = Math.min(bytes, wants ? Math.max(turnBytesMin, bucket.bytesMax / 8) : bytes / 2);
      const forMs = Math.ceil(((needed - room) * 1000) / bucket.bytesPerSecond);
      if (room < needed) return { by: 'limit', forMs };
      if (wants && room < bytes) cutBy = 'limit';
      bytes = Math.min(bytes, room);
    }
    this.#waiting.delete(each);
    onTurn(this.#give({ bytes: Math.max(1, Math.floor(bytes)), isIdle: !wants, cutBy, outOf, rank }));
    return undefined;
  }

  #give(given: Given): Turn {
    let isOut = true;
    this.#out(given, 1);
    return {
      bytes: given.bytes,
      done: (came) => {
        if (!isOut) return;
        isOut = false;
        const nowMs = this.#nowMs;
        this.#out(given, -1);
        if (given.outOf === 'all') this.#spare.firstCame(came, nowMs);
        else if (given.outOf === 'least') this.#least.spent(given.rank, came);
        else this.#spare.spend(came);
        this.arrived(came);
        this.#bucket?.take(came, nowMs);
        // Nobody may look again for a long time.
        if (this.#waiting.size === 0) this.#turnHeld(new Set(), nowMs);
      },
    };
  }

  /** `sign` is 1 for a turn that begins and -1 for one that ends. */
  #out({ bytes, isIdle, cutBy, outOf, rank }: Given, sign: 1 | -1): void {
    if (isIdle) this.#idleBytes += sign * bytes;
    else this.#wantedBytes += sign * bytes;
    if (cutBy !== undefined) this.#cutTurns[cutBy] += sign;
    if (outOf === 'spare') this.#spare.spend(sign * bytes);
    // What only waits for records mostly brings none.
    if (outOf === 'least' && !isIdle) this.#least.out(rank, sign * bytes);
  }

  /** Somebody before it has work: it gets what its class is due at least. */
  #isBehindOthers({ rank }: Asker): boolean {
    for (const each of this.#askers) if (each.rank < rank && each.wants) return true;
    return false;
  }

  /**
   * What the link carries at most: what it has carried lately, since somebody always wants more when that
   * is asked.
   */
  #capacity(bucket: ByteBucket | undefined, nowMs: number): number {
    const best = Math.max(this.#meter.bestBytesPerSecond(nowMs), this.#parts.limits.capacityBytesMin);
    return Math.min(best, bucket?.bytesPerSecond ?? best);
  }

  #bucketAt(nowMs: number): ByteBucket | undefined {
    const bytesPerSecond = this.#parts.limitBytesPerSecond();
    if (bytesPerSecond === undefined) {
      this.#bucket = undefined;
      return undefined;
    }
    const { bucketMs, bucketBytesMin } = this.#parts.limits;
    // What is on the way is still counted: a long link must have more of it.
    const heldMs = bucketMs + 2 * (this.#parts.rttMs() ?? 0);
    const bytesMax = Math.max(bucketBytesMin, (bytesPerSecond * heldMs) / 1000);
    if (this.#bucket === undefined) this.#bucket = new ByteBucket(bytesPerSecond, bytesMax, nowMs);
    else this.#bucket.change(bytesPerSecond, bytesMax, nowMs);
    return this.#bucket;
  }

  /** Part of the bucket that only fetches without work may use: what is new must find leave at once. */
  #keptBytes(bucket: ByteBucket): number {
    return bucket.bytesMax * this.#parts.limits.keptShare;
  }

  #wantedRoom(bucket: ByteBucket): number {
    return bucket.bytesAt(this.#nowMs) - this.#keptBytes(bucket) - this.#wantedBytes;
  }

  #idleRoom(bucket: ByteBucket): number {
    return bucket.bytesAt(this.#nowMs) - this.#wantedBytes - this.#idleBytes;
  }
}
