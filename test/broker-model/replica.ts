// One replica of one partition on one broker: its log, its producer states, its high watermark, and what it
// does as leader or follower. Messages to other brokers go through its site.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import { cleaned } from './compaction.ts';
import type { EpochEnd } from './epoch-starts.ts';
import type { PartitionImage } from './model-types.ts';
import { InSync, type LeaderEnds } from './in-sync.ts';
import { maxOf, minOf, PartitionLog } from './partition-log.ts';
import { ProducerStates } from './producer-states.ts';
import {
  type Appended,
  checkLeaderEpoch,
  type FollowerFetch,
  type ReplicaFetchAnswer,
  type ReplicaSite,
} from './replica-site.ts';
import { placedBatch, type StoredBatch, storedBatch } from './stored-batch.ts';
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts';

export class Replica {
  readonly site: ReplicaSite<Replica>;
  image: PartitionImage;
  readonly log = new PartitionLog();
  readonly producers = new ProducerStates();
  readonly aborted = new TransactionIndex();
  highWatermark = 0n;
  /** As it was written down at the last orderly stop. */
  writtenHighWatermark = 0n;
  role: 'leader' | 'follower' | 'none' = 'none';
  /** Where the leader's own epoch begins: below it the high watermark is not yet known after an election. */
  epochStart = 0n;
  /** Grows with every change of role; answers to an earlier role's fetches are dropped. */
  term = 0;
  readonly #inSync: InSync;
  /** Looked at after every change; one that returns true is done. */
  readonly #waiters = new Set<() => boolean>();

  constructor(site: ReplicaSite<Replica>, image: PartitionImage) {
    this.site = site;
    this.image = image;
    this.#inSync = new InSync({
      alter: (inSync) => site.alterInSync(this, inSync),
      isAlive: (brokerId) => site.isAlive(brokerId),
    });
  }

  get isLeader(): boolean {
    return this.role === 'leader';
  }
  get inSyncCount(): number {
    return this.image.inSync.length;
  }
  get belowMinimum(): boolean {
    return this.inSyncCount < Math.min(this.image.minInSync, this.image.replicas.length);
  }

  /** Where read-committed readers end: before the first transaction that is open, or not yet replicated. */
  get lastStableOffset(): bigint {
    const unstable = this.producers.firstUnstable;
    if (unstable === undefined) return this.highWatermark;
    if (unstable >= this.log.start) return minOf(unstable, this.highWatermark);
    // A trimmed beginning is told as that of the batch in which the log now starts.
    const first = this.log.batches[this.log.placeOf(this.log.start)];
    return minOf(first?.baseOffset ?? this.log.start, this.highWatermark);
  }

  /** Takes over what the controller says. */
  apply(image: PartitionImage): void {
    if (image.version < this.image.version && this.role !== 'none') return;
    const newEpoch = image.leaderEpoch !== this.image.leaderEpoch || this.role === 'none';
    this.image = image;
    this.#inSync.agree(image.inSync);
    if (newEpoch) {
      this.term += 1;
      if (image.leaderId === this.site.brokerId) this.#lead();
      else this.#follow();
    }
    this.#advance();
    this.changed();
  }

  #lead(): void {
    this.role = 'leader';
    this.epochStart = this.log.end;
    this.log.epochs.assign(this.image.leaderEpoch, this.log.end);
    const followers = this.image.replicas.filter((id) => id !== this.site.brokerId);
    this.#inSync.lead(followers, this.site.nowMs());
  }

  #follow(): void {
    this.role = 'follower';
    if (this.image.leaderId < 0) return;
    // Without any epoch the leader cannot tell what it has in common with this log
    // (AbstractFetcherThread, truncateToHighWatermark).
    if (this.log.epochs.latest < 0) this.#truncateTo(this.highWatermark);
    this.site.followLeader(this);
  }

  /**
   * The broker starts anew: nothing but the log survives; the high watermark is that of the last checkpoint.
   */
  restart(checkpoint: bigint, clean: boolean): void {
    this.role = 'none';
    this.term += 1;
    this.#waiters.clear();
    this.log.reopen(clean, this.site.keepsCheckpoints);
    this.highWatermark = maxOf(this.log.start, minOf(checkpoint, this.highWatermark));
    const { reloadExpiredMs: expiredMs } = this.site;
    const reread = this.producers.restart(this.log, { clean, expiredMs });
    if (reread !== undefined) this.aborted.reread(reread.from, reread.ended);
    this.producers.replicated(this.highWatermark);
  }

  // ---- leader ---------------------------------------------------------------------------------------------

  /** Appends a checked batch of a client, or a coordinator's marker, unless the id's state says otherwise. */
  append(bytes: Buffer): Appended {
    const stampMs = this.image.logAppendTime ? BigInt(Math.floor(this.site.wallMs())) : undefined;
    const { leaderEpoch } = this.image;
    const placed = placedBatch(bytes, { baseOffset: this.log.end, leaderEpoch, stampMs });
    if (placed.producerId >= 0n) {
      const answered = this.#judge(placed);
      if (answered !== undefined) return answered;
    }
    this.#inSync.appends(this.log.end, this.site.nowMs());
    this.#store(placed);
    this.#advance();
    this.changed();
    const { baseOffset } = placed;
    return {
      errorCode: kafkaError.NONE,
      baseOffset,
      required: this.log.end,
      appendTimeMs: stampMs ?? -1n,
    };
  }

  /** What the id's state says to the batch; undefined where it may be appended. */
  #judge(placed: StoredBatch): Appended | undefined {
    if (placed.control) {
      const errorCode = this.producers.judgeMarker(placed);
      return errorCode === kafkaError.NONE ? undefined : { ...nothingAppended, errorCode };
    }
    const verdict = this.producers.judge(placed);
    if (verdict.kind === 'append') return undefined;
    if (verdict.kind === 'refused') return { ...nothingAppended, errorCode: verdict.errorCode };
    const { baseOffset, lastOffset, maxTimestampMs: appendTimeMs } = verdict.of;
    return { errorCode: kafkaError.NONE, baseOffset, required: lastOffset + 1n, appendTimeMs };
  }

  /** A batch, newly appended or the leader's, becomes the end of the log. */
  #store(batch: StoredBatch): void {
    this.log.append(batch);
    const ended = this.producers.append(batch);
    if (ended !== undefined && !ended.committed) this.aborted.append(ended);
  }

  /**
   * What read-committed readers get, and which aborted transactions they are told of: of none where the first
   * batch does not fit, but of all that overlap where there was no room at all.
   */
  readCommitted(
    offset: bigint,
    bytesMax: number,
    wholeFirst: boolean,
  ): { readonly bytes: Buffer; readonly aborted: readonly AbortedTransaction[] } {
    const { bytes, bound } = this.log.read(offset, this.lastStableOffset, bytesMax, wholeFirst);
    const told = offset < this.lastStableOffset && (bytes.length > 0 || bytesMax === 0);
    return { bytes, aborted: told ? this.aborted.collect(offset, bound) : [] };
  }

  /** A follower's fetch; `answer` comes at once or when there is something to tell. */
  followerFetched(fetch: FollowerFetch, answer: (told: ReplicaFetchAnswer) => void): void {
    const refusal = this.#refuseFollower(fetch);
    if (refusal !== undefined) return answer(refusal);
    if (fetch.offset < this.log.start) return answer({ kind: 'start over', logStart: this.log.start });
    const { term } = this;
    const { lowWatermark } = this;
    this.#inSync.note(fetch, this.#ends, this.site.nowMs());
    this.#advance();
    if (this.lowWatermark > lowWatermark) this.changed();
    const tell = (): boolean => {
      if (this.term !== term) {
        answer({ kind: 'error', errorCode: kafkaError.NOT_LEADER_OR_FOLLOWER });
        return true;
      }
      const upToDate = fetch.highWatermark >= this.highWatermark && fetch.logStart >= this.log.start;
      if (fetch.offset >= this.log.end && upToDate) return false;
      answer({
        kind: 'records',
        batches: this.log.batches.slice(this.log.placeOf(fetch.offset)).map((batch) => batch.bytes),
        highWatermark: this.highWatermark,
        logStart: this.log.start,
      });
      return true;
    };
    if (tell()) return;
    this.#waiters.add(tell);
    if (this.site.followerWaitMs === undefined) return;
    this.site.later('a follower’s fetch has waited', this.site.followerWaitMs, () => {
      const { highWatermark } = this;
      if (this.#waiters.delete(tell)) answer({ ...noRecords, highWatermark, logStart: this.log.start });
    });
  }

  #refuseFollower(fetch: FollowerFetch): ReplicaFetchAnswer | undefined {
    const epochError = checkLeaderEpoch(fetch.leaderEpoch, this.image.leaderEpoch);
    if (epochError !== kafkaError.NONE) return { kind: 'error', errorCode: epochError };
    if (!this.isLeader) return { kind: 'error', errorCode: kafkaError.NOT_LEADER_OR_FOLLOWER };
    if (fetch.lastEpoch >= 0) {
      const end = this.log.epochs.endOf(fetch.lastEpoch, this.log.end) ?? { epoch: -1, endOffset: 0n };
      if (end.epoch < fetch.lastEpoch || end.endOffset < fetch.offset) return { kind: 'diverging', end };
    }
    if (fetch.offset > this.log.end) {
      return { kind: 'diverging', end: { epoch: this.log.epochs.latest, endOffset: this.log.end } };
    }
    return undefined;
  }

  get #ends(): LeaderEnds {
    return { logEnd: this.log.end, highWatermark: this.highWatermark, epochStart: this.epochStart };
  }

  /** What a leader does every few seconds. */
  lookAtInSync(): void {
    if (this.isLeader) this.#inSync.look(this.#ends, this.site.nowMs(), this.site.replicaLagMsMax);
  }

  /** The controller did not agree, or its answer is lost: ask again when there is reason to. */
  alterEnded(): void {
    this.#inSync.alterEnded();
  }

  #advance(): void {
    if (!this.isLeader) return;
    if (this.belowMinimum && !this.site.advanceBelowMinimum) return;
    const bound = this.#inSync.common(this.log.end);
    if (bound <= this.highWatermark) return;
    this.#show(bound);
    this.changed();
  }

  #show(highWatermark: bigint): void {
    this.highWatermark = highWatermark;
    this.producers.replicated(highWatermark);
  }

  /** Where the log starts on every replica that is alive. */
  get lowWatermark(): bigint {
    return this.#inSync.lowWatermark(this.log.start, (id) => this.site.isAlive(id));
  }

  /** Retention, or DeleteRecords: what lies before `start` is gone, up to the high watermark. */
  trim(start: bigint): void {
    this.log.moveStart(minOf(start, this.highWatermark));
    this.producers.replicated(this.log.start);
    this.changed();
  }

  /** A segment begins at the log end: what is known of ids is written down. */
  roll(): void {
    this.log.roll();
    this.producers.takeSnapshot(this.log.end, 'segment');
  }

  /**
   * One pass of the log cleaner over all batches below `upTo` (the log end unless given) that are committed
   * and decided; what is closed is this replica's own affair. Returns how many bytes went.
   */
  compact({ upTo = this.log.end, deleteRetentionMs = 86_400_000n } = {}): number {
    const stable = minOf(this.lastStableOffset, upTo);
    const last = this.log.batches.findLast(({ lastOffset }) => lastOffset < stable);
    if (last === undefined) return 0;
    // What is cleaned is closed: a segment begins behind it, and what is known of ids is written down.
    if (!this.log.hasSegmentAt(upTo)) this.roll();
    const result = cleaned(this.log.batches, this.aborted.all, {
      upTo: last.lastOffset + 1n,
      nowMs: BigInt(Math.floor(this.site.wallMs())),
      deleteRetentionMs,
      lastOf: (producerId) => this.producers.lastOf(producerId),
    });
    const { bytes } = this.log;
    this.log.replace(result.batches, last.lastOffset + 1n);
    this.aborted.replace(result.aborted);
    this.changed();
    return bytes - this.log.bytes;
  }

  // ---- follower -------------------------------------------------------------------------------------------

  /** Takes over a leader's answer. Returns false where the leader must not be asked again for now. */
  take(answer: ReplicaFetchAnswer): boolean {
    if (answer.kind === 'error') return answer.errorCode === kafkaError.UNKNOWN_LEADER_EPOCH;
    if (answer.kind === 'diverging') {
      this.#truncate(answer.end);
      return true;
    }
    if (answer.kind === 'start over') {
      this.startOver(answer.logStart);
      return true;
    }
    for (const bytes of answer.batches) {
      const batch = storedBatch(bytes);
      // The leader's log may start inside of a batch, which comes whole (UnexpectedAppendOffsetException).
      const { start, end } = this.log;
      const isAround = start === end && batch.baseOffset < end && batch.lastOffset >= end;
      if (isAround) this.startOver(batch.baseOffset);
      else if (batch.baseOffset < end) return true;
      this.#store(batch);
    }
    this.log.moveStart(minOf(answer.logStart, this.log.end));
    this.#show(maxOf(this.highWatermark, minOf(answer.highWatermark, this.log.end)));
    this.changed();
    return true;
  }

  /** Nothing of this log is in the leader's: what was known of producer ids goes with it (kafka-facts 14). */
  startOver(logStart: bigint): void {
    this.log.startOver(logStart);
    if (this.isLeader) this.log.epochs.assign(this.image.leaderEpoch, logStart);
    this.producers.clear();
    this.aborted.truncate(0n);
    this.#show(logStart);
    this.changed();
  }

  #truncate(leadersEnd: EpochEnd): void {
    const own = this.log.epochs.endOf(leadersEnd.epoch, this.log.end);
    const offset = own === undefined ? leadersEnd.endOffset : minOf(own.endOffset, leadersEnd.endOffset);
    this.#truncateTo(maxOf(offset, this.log.start));
  }

  #truncateTo(offset: bigint): void {
    const { end } = this.log;
    this.log.truncate(offset);
    this.highWatermark = minOf(this.highWatermark, this.log.end);
    // Where nothing was taken away, what is known of ids stays as it is.
    if (this.log.end === end) return;
    this.producers.rebuild(this.log, this.site.reloadExpiredMs);
    this.producers.replicated(this.highWatermark);
    this.aborted.truncate(this.log.end);
    this.changed();
  }

  // ---- waiting --------------------------------------------------------------------------------------------

  /** Calls `look` after every change until it returns true. */
  await(look: () => boolean): void {
    this.#waiters.add(look);
  }
  cease(look: () => boolean): void {
    this.#waiters.delete(look);
  }

  changed(): void {
    const waiters = [...this.#waiters];
    for (const look of waiters) {
      if (this.#waiters.has(look) && look()) this.#waiters.delete(look);
    }
  }

  /** The partition is no more. */
  remove(): void {
    this.role = 'none';
    this.term += 1;
    this.changed();
  }
}

const noRecords = { kind: 'records', batches: [] } as const;
const nothingAppended: Omit<Appended, 'errorCode'> = { baseOffset: -1n, required: 0n, appendTimeMs: -1n };
