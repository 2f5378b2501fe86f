// The running comparison of a simulated worker: it must never cry wolf, whatever happens around it.
import type { Clock } from '../../src/base/clock.ts';
import type { Log } from '../../src/base/log.ts';
import type { Random } from '../../src/base/random.ts';
import { identicalOffsets, type ShiftSegments } from '../../src/base/shift-segments.ts';
import { defaultPace } from '../../src/data-plane/verifier/check-task.ts';
import { ContinuousCheck } from '../../src/data-plane/verifier/continuous-check.ts';
import type { Engine } from '../../src/data-plane/worker/engine.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { MirroredPartition, type MirrorPartition } from '../../src/server/mirrored-partition.ts';

export interface WorkerCheckParts {
  readonly engine: Engine;
  readonly source: KafkaCluster;
  readonly target: KafkaCluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The ledger: what it knows after a read. */
  readonly readShifts: () => Promise<ReadonlyMap<string, ShiftSegments>>;
}

/** Of this small world: pieces of a few batches, and everything again every minute. */
const pace = { ...defaultPace, firstOffsets: 20, pieceBytes: 2_000, newPauseMs: 500, retryMs: 1_000 };
const cycleMs = 60_000;
const bytesPerSecond = 1_000_000;

export class WorkerCheck {
  readonly #check: ContinuousCheck<MirroredPartition>;
  readonly #mirrors: readonly MirrorPartition[];
  readonly #partitions: readonly MirroredPartition[];
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor({ engine, source, target, clock, random, log, readShifts }: WorkerCheckParts) {
    this.#mirrors = [...engine.partitions];
    this.#partitions = this.#mirrors.map((mirror) => new MirroredPartition(mirror));
    let shifts: ReadonlyMap<string, ShiftSegments> | undefined;
    this.#check = new ContinuousCheck({
      source: { region: 'source', cluster: () => source },
      target: { region: 'target', cluster: () => target },
      clock,
      random,
      log,
      partitions: () => this.#partitions,
      bytesPerSecond: () => bytesPerSecond,
      heldMs: () => 0,
      facts: {
        segmentsOf: async ({ shiftKey = '' }, fresh) => {
          if (fresh || shifts === undefined) shifts = await readShifts();
          return shifts.get(shiftKey) ?? identicalOffsets;
        },
        isCompacted: () => Promise.resolve(false),
      },
      recall: () => Promise.resolve(new Map()),
      pace: { ...pace, cycleMs },
    });
    this.#ended = this.#check.run(this.#abort.signal);
  }

  /** Whether everything that both sides have has been compared. */
  get isThrough(): boolean {
    return this.#mirrors.every((mirror, at) => {
      const partition = this.#partitions[at] as MirroredPartition;
      const { start = 0n, end = 0n } = partition;
      // Of a copy that began at the source's end there is nothing yet.
      return mirror.position === 0n || (this.#check.stateOf(partition)?.verifiedTo ?? start) >= end;
    });
  }

  stop(): Promise<void> {
    this.#abort.abort();
    return this.#ended;
  }
}
