// One worker as a process of the simulated world: the mirror's real engine with the process's own view of
// time and of both clusters. It can be frozen, killed and started anew.
import type { Log, LogFields } from '../../src/base/log.ts';
import type { Fence } from '../../src/data-plane/mirror/fence.ts';
import type { StartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import type { MirrorPartition, MirrorSpec } from '../../src/data-plane/mirror/mirror-partition.ts';
import { Engine } from '../../src/data-plane/worker/engine.ts';
import { FenceReader } from '../../src/data-plane/worker/fence-reader.ts';
import type { WorkerLimits } from '../../src/data-plane/worker/limits.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import { Violation } from '../checkers/log-view.ts';
import type { PartitionLedger } from '../fixtures/partition-ledger.ts';
import { namedRandom } from './named-random.ts';
import type { Scheduler } from './scheduler.ts';
import { WorkerCheck } from './worker-check.ts';
import type { Steering } from './world-shape.ts';

export interface WorkerProcessParts {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly source: ModelCluster;
  readonly target: ModelCluster;
  /** What is mirrored, as the ledger tells now. */
  readonly specs: () => readonly MirrorSpec[];
  readonly limits: WorkerLimits;
  /** Of the engine that runs in the process of that name. */
  readonly steering: ((engine: string) => Steering) | undefined;
  readonly startPolicy: StartPolicy | undefined;
  readonly followsTrim: boolean;
  readonly seed: number;
  /** The generation that the ledger shows now. */
  readonly fence: () => Fence;
  readonly ledger: PartitionLedger;
  /** How long a read or write of the ledger takes. */
  readonly ledgerDelayMs: number;
  /** Compares what it mirrors, too. */
  readonly verifies: boolean;
}

/** What a cleaner, or a gap that may be filled, is to a worker that has not been told of either. */
const untoldCodes: ReadonlySet<string> = new Set(['CW-2011', 'CW-2007']);

export class WorkerProcess {
  readonly name: string;
  readonly #parts: WorkerProcessParts;
  /** Lines of the engine's log, for a failed run's report. */
  readonly lines: string[] = [];
  /** Set by a log line that no run of the simulator may bring forth. */
  defect: string | undefined;
  engine: Engine | undefined;
  verifier: WorkerCheck | undefined;
  /** It is broken for good: nothing is expected of it any more. */
  givenUp = false;
  wasKilled = false;
  #incarnation = 0;
  readonly #givenBack = new Set<number>();

  constructor(parts: WorkerProcessParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  /** The process in the scheduler. */
  get owner(): string {
    return `${this.name}#${this.#incarnation}`;
  }
  get running(): boolean {
    return this.engine !== undefined;
  }
  get frozen(): boolean {
    return this.#parts.scheduler.isFrozen(this.owner);
  }
  get partitions(): MirrorPartition[] {
    return this.engine === undefined ? [] : [...this.engine.partitions];
  }

  start(): void {
    if (this.engine !== undefined) return;
    this.#incarnation += 1;
    const { scheduler, source, target, limits, steering, seed, ledger, ledgerDelayMs } = this.#parts;
    const specs = this.#parts.specs();
    const clock = scheduler.clockOf(this.owner);
    const fences = new FenceReader(
      async () => {
        await clock.sleep(ledgerDelayMs);
        const sets = new Set(specs.map(({ set }) => set));
        return new Map([...sets].map((set) => [set, this.#parts.fence()]));
      },
      async (fact) => {
        await clock.sleep(ledgerDelayMs);
        ledger.record(fact);
      },
    );
    const engine = new Engine({
      sourceRegion: source.name,
      targetRegion: target.name,
      source: source.clientOf(this.owner),
      target: target.clientOf(this.owner),
      fences,
      clock,
      random: namedRandom(seed, this.owner),
      log: this.#log(),
      limits,
      ...steering?.(this.owner),
      startPolicyOf: () => this.#parts.startPolicy,
      followsTrim: () => this.#parts.followsTrim,
    });
    this.engine = engine;
    for (const spec of specs) engine.add(spec).resume();
    this.#lookAround(engine, this.owner);
    if (!this.#parts.verifies) return;
    this.verifier = new WorkerCheck({
      engine,
      source: source.clientOf(this.owner),
      target: target.clientOf(this.owner),
      clock,
      random: namedRandom(seed, `${this.owner} compares`),
      log: this.#log(),
      readShifts: async () => {
        await clock.sleep(ledgerDelayMs);
        return this.#parts.fence().shifts ?? new Map();
      },
    });
  }

  /** As a worker does when it reports. */
  #lookAround(engine: Engine, owner: string): void {
    const fire = () => {
      engine.lookAround();
      this.#lookAround(engine, owner);
    };
    this.#parts.scheduler.post({ delayMs: 2_000, owner, label: 'look around', fire });
  }

  /** It learns what the ledger says of its partitions: one of which that has changed begins anew. */
  tell(): void {
    const { engine } = this;
    if (engine === undefined) return;
    let isSettled = true;
    for (const spec of this.#parts.specs()) {
      if (this.#givenBack.has(spec.partition)) continue;
      const kept = engine.find(spec.topic, spec.partition);
      if (kept?.spec.soft === spec.soft) continue;
      if (kept === undefined) engine.add(spec).resume();
      else {
        engine.remove(spec.topic, spec.partition);
        isSettled = false;
      }
    }
    if (isSettled) return;
    const { scheduler } = this.#parts;
    scheduler.post({ delayMs: 20, owner: this.owner, label: 'tell again', fire: () => this.tell() });
  }

  /** It stops mirroring a partition, in good order. */
  giveBack(topic: string, partition: number): void {
    this.#givenBack.add(partition);
    this.engine?.remove(topic, partition);
  }

  /** It takes on again what it has given back, once that is over. */
  takeAll(): void {
    const { engine } = this;
    if (engine === undefined || this.#givenBack.size === 0) return;
    for (const spec of this.#parts.specs()) {
      if (!this.#givenBack.has(spec.partition)) continue;
      if (engine.find(spec.topic, spec.partition) !== undefined) continue;
      engine.add(spec).resume();
      this.#givenBack.delete(spec.partition);
    }
    const { scheduler } = this.#parts;
    scheduler.post({ delayMs: 20, owner: this.owner, label: 'take all', fire: () => this.takeAll() });
  }

  /** kill -9. */
  kill(): void {
    if (this.engine === undefined) return;
    this.wasKilled = true;
    this.#givenBack.clear();
    this.thaw();
    this.#parts.scheduler.drop(this.owner);
    this.engine = undefined;
    this.verifier = undefined;
  }
  /** SIGTERM. */
  async stop(): Promise<void> {
    await this.verifier?.stop();
    await this.engine?.stop();
  }
  /** SIGSTOP. */
  freeze(): void {
    this.#parts.scheduler.freeze(this.owner);
  }
  thaw(): void {
    this.#parts.scheduler.thaw(this.owner);
  }

  /** Throws where the engine shows what it never should. */
  check(mayStop: boolean): void {
    if (this.defect !== undefined) throw new Violation(`${this.owner}: ${this.defect}`);
    for (const partition of this.partitions) {
      const { state } = partition;
      const mayNotKnow =
        state.name === 'stopped' && untoldCodes.has(state.cause.code) && this.#isUntold(partition);
      if (state.name === 'stopped' && !mayStop && !mayNotKnow) {
        throw new Violation(`${this.owner}: stopped with ${state.cause.code}: ${state.cause.message}`);
      }
      if (state.name === 'starting' && partition.inFlight > 0) {
        const { topic, partition: number } = partition.spec;
        const text = `starts ${topic}-${number} with ${partition.inFlight} batches in flight`;
        throw new Violation(`${this.owner}: ${text}`);
      }
    }
  }

  /** What it does not know yet is that the source compacts: it begins anew once it is told. */
  #isUntold({ spec }: MirrorPartition): boolean {
    return this.#parts
      .specs()
      .some(({ partition, soft }) => partition === spec.partition && soft !== spec.soft);
  }

  #log(): Log {
    const note = (level: string) => (fields: LogFields, message: string) => {
      const at = this.#parts.scheduler.nowMs.toFixed(1);
      this.lines.push(`${at} ${level} ${message} ${JSON.stringify(fields)}`);
      if (this.lines.length > 200) this.lines.shift();
      const isAlarm = fields['code'] === 'CW-2040' || message.includes('unexpected');
      if (level === 'error' && isAlarm) this.defect = `${message} ${JSON.stringify(fields)}`;
    };
    return { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  }
}
