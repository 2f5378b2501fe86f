// The checkers of one mirror partition in a simulated world, each shown what it must see.
import { shiftAt, type ShiftSegments } from '../../src/base/shift-segments.ts';
import type { CommittedHistory } from '../checkers/committed-history.ts';
import { PositionChecker } from '../checkers/position-checker.ts';
import { CommittedRecords } from '../checkers/committed-records.ts';
import { checkWhole, CompactedChecker } from '../checkers/compacted-checker.ts';
import { checkToldStart } from '../checkers/told-start-checker.ts';
import { TargetChecker, type TargetRules } from '../checkers/target-checker.ts';
import { canonicalBytes, Violation } from '../checkers/log-view.ts';
import { readRecords } from '../checkers/record-view.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { StoredBatch } from '../broker-model/stored-batch.ts';
import type { Replica } from '../broker-model/replica.ts';
import type { HomeTopic } from './home-topic.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface WatchRules extends TargetRules {
  readonly compacted: boolean;
  readonly isLost: (sourceOffset: bigint) => boolean;
  readonly from: 'earliest' | 'latest';
}

const keyOf = (canonical: Buffer): string => canonical.toString('latin1');

export class PartitionWatch {
  readonly partition: number;
  readonly history: CommittedHistory;
  readonly #home: HomeTopic;
  readonly #target: ModelCluster;
  readonly #workers: () => readonly WorkerProcess[];
  readonly #rules: WatchRules;
  readonly #committed: CommittedRecords;
  #positions: PositionChecker | undefined;
  readonly #targets = new Map<number, TargetChecker | CompactedChecker>();

  constructor(
    home: HomeTopic,
    partition: number,
    target: ModelCluster,
    workers: () => readonly WorkerProcess[],
    rules: WatchRules,
  ) {
    this.#rules = rules;
    this.partition = partition;
    this.#home = home;
    this.#target = target;
    this.#workers = workers;
    this.history = home.historyOf(partition);
    this.#committed = new CommittedRecords(this.history);
    this.#positions = new PositionChecker(`target ${this.name}`, this.history);
  }

  /** The test takes the target topic away: what was counted is lost, and rightly so. */
  targetTaken(): void {
    this.#positions = undefined;
    this.#targets.clear();
  }

  get name(): string {
    return `${this.#home.name}-${this.partition}`;
  }
  get sourceLeader(): Replica | undefined {
    return this.#home.leaderOf(this.partition);
  }
  get targetLeader(): Replica | undefined {
    return this.#target.leaderOf(this.#home.name, this.partition);
  }

  /**
   * Every replica that is up, leader or not, visible or not: nothing wrong is written even where it is lost
   * again.
   */
  lookAtTarget(): void {
    const start = this.#rules.start?.();
    if (start !== undefined) {
      const { stableEnd } = this.history;
      const highestStart = this.#home.highestStart(this.partition);
      checkToldStart(`target ${this.name}`, this.#rules.from, start, { highestStart, stableEnd });
    }
    for (const replica of this.#target.replicasOf(this.#home.name, this.partition)) {
      const { brokerId } = replica.site;
      let checker = this.#targets.get(brokerId);
      if (checker === undefined) {
        const name = `${this.#target.name} broker ${brokerId} ${this.name}`;
        checker = this.#rules.compacted
          ? new CompactedChecker(name, this.#committed, this.#rules)
          : new TargetChecker(name, this.history, this.#rules);
        this.#targets.set(brokerId, checker);
      }
      checker.look(replica.log);
      // Of any replica: a deposed leader may be the last one to see that all in sync have a record.
      this.#positions?.committed(replica.highWatermark);
    }
    const leader = this.targetLeader;
    if (leader !== undefined) this.#positions?.leads(leader.log.end);
  }

  lookAtWorkers(): void {
    for (const worker of this.#workers()) {
      const { position, shift } = worker.engine?.find(this.#home.name, this.partition) ?? {};
      if (position !== undefined) this.#positions?.counted(worker.owner, position, shift ?? 0n);
    }
  }

  /** The committed data batch of the target's leader behind which there are so many; undefined for fewer. */
  lastData = (behind: number): StoredBatch | undefined =>
    this.targetLeader?.log.batches
      .filter(({ control, lastOffset }) => !control && lastOffset < (this.targetLeader?.highWatermark ?? 0n))
      .at(-1 - behind);

  /** Source offset behind what the target holds. */
  get mirrored(): bigint | undefined {
    const last = this.lastData(0);
    if (last === undefined) return undefined;
    const canonical = canonicalBytes(last.bytes);
    const original = this.history.batches.find((batch) => batch.canonical.equals(canonical));
    return original === undefined ? undefined : original.lastOffset + 1n;
  }

  /** The source is all committed, and the target's committed log ends where a worker at rest there is. */
  levelAt(position: bigint): boolean {
    const { stableEnd, end } = this.history;
    const isDecided = stableEnd === end && this.sourceLeader?.log.end === end;
    return isDecided && this.#endsAt(position);
  }

  /** Late fillers too many of another worker are seen by the next start, or with the next write. */
  #endsAt(position: bigint): boolean {
    const { targetLeader: leader } = this;
    if (leader === undefined || leader.highWatermark < position) return false;
    // Where fillers stand for holes, the end alone does not tell that nothing is left out.
    const checker = this.#targets.get(leader.site.brokerId);
    if (checker instanceof TargetChecker && !checker.isWhole) return false;
    const behind = leader.log.batches.filter(({ lastOffset }) => lastOffset >= position);
    const mayBeLate = this.#rules.mayShift || this.#rules.compacted;
    return leader.highWatermark === leader.log.end && behind.every(({ control }) => control && mayBeLate);
  }

  /** What the ledger says of shifts is what the target holds. Throws Violation. */
  checkShifts(segments: ShiftSegments): void {
    const leader = this.targetLeader;
    if (leader === undefined) return;
    const start = this.#rules.start?.();
    const from = start?.firstOffset ?? 0n;
    if (this.#rules.compacted) {
      return checkWhole(this.describe(), leader.log, this.#committed, segments, {
        isMissing: (offset) => offset < from || this.#rules.isLost(offset),
        // What the source has lost can be compared with nothing.
        isUnknown: (offset) => offset < (this.sourceLeader?.log.start ?? 0n),
        // Before the topic was compacted no sequences told of places; now its records have to.
        areAlike: (a, b) => this.#home.shape.becomesSoft === true && this.#isEmptied(a, b),
      });
    }
    // By their bytes, whatever the ledger says of where the copy begins.
    const originals = new Map(this.history.batches.map((batch) => [keyOf(batch.canonical), batch]));
    for (const { bytes, baseOffset } of leader.log.batches) {
      if ((bytes.readInt16BE(21) & 0x20) !== 0) continue;
      const original = originals.get(keyOf(canonicalBytes(bytes)));
      // What the source has trimmed can be compared with nothing, and nobody can read on from there.
      if (original === undefined || original.baseOffset < (this.sourceLeader?.log.start ?? 0n)) continue;
      const shift = baseOffset - original.baseOffset;
      const told = shiftAt(segments, baseOffset);
      if (shift === told) continue;
      throw new Violation(`${this.name}: ${baseOffset} is shifted by ${shift}, the ledger says ${told}`);
    }
  }

  /** A cleaner has left nothing at the source from one offset up to and with another. */
  #isEmptied(from: bigint, to: bigint): boolean {
    const near = this.sourceLeader?.log.batches.filter(
      ({ baseOffset, lastOffset, control }) => !control && baseOffset <= to && lastOffset >= from,
    );
    const left = near?.flatMap(({ bytes }) => readRecords(bytes));
    return left?.every(({ offset }) => offset < from || offset > to) ?? false;
  }

  describe(): string {
    const ends = (leader: Replica | undefined) =>
      leader === undefined ? 'no leader' : `end ${leader.log.end}, visible to ${leader.highWatermark}`;
    return `${this.name}: source ${ends(this.sourceLeader)}; target ${ends(this.targetLeader)}`;
  }
}
