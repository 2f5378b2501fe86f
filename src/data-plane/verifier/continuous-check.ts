// Compares the partitions of one link while they are mirrored: one piece at a time, the one that was looked
// at longest ago first, as fast as the gate lets it. It holds a piece, and where each partition is.
import { type Clock, restOn } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { CheckTask, type CheckPace, defaultPace, isTrouble, type MirrorFacts } from './check-task.ts';
import type { RunningPartition } from './check-task.ts';
import { type CheckedPartition, countRanges, type Duty } from './checked-partition.ts';
import { KeptConnections } from './kept-connections.ts';
import { PieceGate, PieceGivenUp } from './piece-gate.ts';
import type { VerifyContext } from './verify-context.ts';

export interface CheckedSide {
  readonly region: string;
  readonly cluster: () => KafkaCluster;
}

export interface ContinuousCheckParts<P extends RunningPartition> {
  readonly source: CheckedSide;
  readonly target: CheckedSide;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What is mirrored here now: the same object for as long as it is. */
  readonly partitions: () => Iterable<P>;
  /** Both sides together, now; 0: nothing is read. */
  readonly bytesPerSecond: () => number;
  /** How much longer brokers of either side hold us, in milliseconds. */
  readonly heldMs: () => number;
  readonly facts: MirrorFacts<P>;
  /** What the ledger has of these; rejects where it cannot be read. */
  readonly recall: (partitions: readonly P[]) => Promise<ReadonlyMap<P, CheckedPartition>>;
  readonly pace?: CheckPace;
}

/** How often partitions are looked over while nothing is due. */
const lookMs = 5_000;
/** So many pieces, then all partitions are looked over again. */
const piecesPerRound = 32;
/** A defect of the comparison must not be told every minute. */
const defectPauseMs = 60 * 60 * 1_000;
const differsCode = 'CW-2040';

export class ContinuousCheck<P extends RunningPartition> {
  readonly #parts: ContinuousCheckParts<P>;
  readonly #pace: CheckPace;
  readonly #gate: PieceGate;
  readonly #sides: Record<'source' | 'target', KeptConnections>;
  readonly #tasks = new Map<P, CheckTask<P>>();
  /** What is not known to be written down of those that do not run here any more. */
  readonly #left = new Map<P, CheckedPartition>();
  /** Told once until the ledger can be read again. */
  #ledgerTrouble: string | undefined;

  constructor(parts: ContinuousCheckParts<P>) {
    this.#parts = parts;
    this.#pace = parts.pace ?? defaultPace;
    this.#gate = new PieceGate(parts);
    this.#sides = {
      source: new KeptConnections(parts.source.cluster),
      target: new KeptConnections(parts.target.cluster),
    };
  }

  /** Bytes read so far, of both sides. */
  get bytes(): number {
    return this.#gate.bytes;
  }

  /** What is known of a partition that runs here; undefined: nothing yet. */
  stateOf(partition: P): CheckedPartition | undefined {
    return this.#tasks.get(partition)?.state;
  }

  /** Partitions whose state has changed since they were taken last, and their states. */
  takeChanged(): [P, CheckedPartition][] {
    const changed = [...this.#left];
    this.#left.clear();
    for (const [partition, task] of this.#tasks) {
      if (!task.isChanged || task.state === undefined) continue;
      task.isChanged = false;
      changed.push([partition, task.state]);
    }
    return changed;
  }

  /** Those could not be written down: they count as changed again. */
  giveBack(partitions: Iterable<P>): void {
    for (const partition of partitions) {
      const task = this.#tasks.get(partition);
      if (task !== undefined) task.isChanged = true;
    }
  }

  /**
   * Until `signal` aborts; never rejects for trouble of a cluster. A piece under way is not waited for: a
   * broker that does not answer must not keep the process.
   */
  async run(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#loop(signal), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#disconnect('the check has ended');
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pieces = await this.#round(signal);
      if (pieces > 0) continue;
      this.#disconnect('nothing is due');
      await restOn(this.#parts.clock, lookMs, signal);
    }
    // A connection may have been under way when the others were ended.
    this.#disconnect('the check has ended');
  }

  /** The number of pieces that were compared, or tried. */
  async #round(signal: AbortSignal): Promise<number> {
    this.#takeOn();
    if (this.#parts.bytesPerSecond() <= 0 || !(await this.#recalled())) return 0;
    let pieces = 0;
    for (const task of this.#dueNow().slice(0, piecesPerRound)) {
      const { clock } = this.#parts;
      const duty = task.duty(clock.monotonicMs(), clock.wallMs());
      if (signal.aborted) break;
      if (duty === undefined) continue;
      await this.#look(task, duty, signal);
      pieces += 1;
    }
    return pieces;
  }

  #takeOn(): void {
    const running = new Set(this.#parts.partitions());
    for (const partition of this.#tasks.keys()) {
      if (!running.has(partition)) this.#leave(partition);
    }
    for (const partition of running) {
      if (!this.#tasks.has(partition)) this.#tasks.set(partition, new CheckTask(partition, this.#pace));
    }
  }

  #leave(partition: P): void {
    const { isChanged, state } = this.#tasks.get(partition) ?? {};
    if (isChanged === true && state !== undefined) this.#left.set(partition, state);
    this.#tasks.delete(partition);
  }

  /** Where others, or this process before, have come: without knowing that, all would begin anew. */
  async #recalled(): Promise<boolean> {
    const { log, recall } = this.#parts;
    const tasks = [...this.#tasks.values()].filter((each) => !each.isRecalled);
    if (tasks.length === 0) return true;
    try {
      const states = await recall(tasks.map(({ partition }) => partition));
      for (const task of tasks) {
        task.state = states.get(task.partition);
        task.isRecalled = true;
      }
      this.#ledgerTrouble = undefined;
      return true;
    } catch (error) {
      if (!isTrouble(error)) throw error;
      const { code } = error;
      const text = describeError(error);
      if (this.#ledgerTrouble !== code) log.warn({ code, error: text }, 'verification waits for the ledger');
      this.#ledgerTrouble = code;
      return false;
    }
  }

  /** Second looks first, then whatever was looked at longest ago. */
  #dueNow(): CheckTask<P>[] {
    const { clock } = this.#parts;
    const [nowMs, wallMs] = [clock.monotonicMs(), clock.wallMs()];
    const rank = (task: CheckTask<P>) => (task.isUnsure ? -1 : (task.state?.checkedAtMs ?? 0));
    const due = [...this.#tasks.values()].filter((task) => task.duty(nowMs, wallMs) !== undefined);
    return due.sort((a, b) => rank(a) - rank(b));
  }

  async #look(task: CheckTask<P>, duty: Duty, signal: AbortSignal): Promise<void> {
    const { clock, log, facts } = this.#parts;
    const fields = placeFields(task.partition);
    const before = task.state;
    try {
      await this.#gate.begin(() => task.partition.isMirroring, signal);
      await task.look(this.#contextWith(signal), facts, duty);
      this.#tell(task, before);
    } catch (error) {
      if (signal.aborted || error instanceof PieceGivenUp) return;
      if (isTrouble(error)) {
        task.postpone(clock.monotonicMs());
        log.info({ ...fields, code: error.code, error: describeError(error) }, 'not verified for now');
        return;
      }
      task.postpone(clock.monotonicMs(), defectPauseMs);
      log.error({ ...fields, error: describeError(error) }, 'the comparison failed; please report this');
    }
  }

  /** Loud once when something new differs, and once when it does not any more. */
  #tell({ partition, state }: CheckTask<P>, before: CheckedPartition | undefined): void {
    if (state === undefined) return;
    const [now, then] = [countRanges(state), before === undefined ? 0 : countRanges(before)];
    const fields = { ...placeFields(partition), code: differsCode };
    if (now === 0 && then > 0) this.#parts.log.info(fields, 'looked at again: both sides are equal');
    if (now <= then) return;
    const [range] = state.ranges;
    const first = range && `${range.kind} ${range.firstOffset}..${range.endOffset - 1n}: ${range.detail}`;
    const count = `${now} ${now === 1 ? 'range differs' : 'ranges differ'}`;
    this.#parts.log.error(fields, `${count} from the source; first ${first ?? 'not kept'}`);
  }

  #contextWith(signal: AbortSignal): VerifyContext {
    const { clock, random, source, target } = this.#parts;
    const side = (name: 'source' | 'target', { region }: CheckedSide) => {
      return { region, cluster: this.#sides[name], limit: this.#gate };
    };
    return { source: side('source', source), target: side('target', target), clock, random, signal };
  }

  #disconnect(reason: string): void {
    for (const side of Object.values(this.#sides)) side.disconnect(reason);
  }
}

const placeFields = ({ set, topic, partition }: RunningPartition) => ({ set, topic, partition });
