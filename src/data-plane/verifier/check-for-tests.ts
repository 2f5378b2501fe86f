// A running check of served logs on virtual time, and what it asks of the ledger and tells the log.
import { Scheduler } from '../../../test/simulation/scheduler.ts';
import type { Log, LogFields } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { identicalOffsets, type ShiftSegments } from '../../base/shift-segments.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import { type CheckPace, defaultPace, type RunningPartition } from './check-task.ts';
import type { CheckedPartition } from './checked-partition.ts';
import { ContinuousCheck } from './continuous-check.ts';
import { type ServedLog, servedCluster } from './served-log-for-tests.ts';

/** The value of a record unless a test wants another one. */
const valueBytes = 100;

function testRecord(offset: number, text: string): TestRecord {
  const timestampMs = 1_700_000_000_000n + BigInt(offset);
  const value = Buffer.from(text.padEnd(valueBytes));
  return { offset: BigInt(offset), timestampMs, key: Buffer.from(`key ${offset}`), value, headers: [] };
}

/** Batches of ten records; those in `changed` are others, those in `without` are not there. */
export function logOf(
  count: number,
  { changed = [], without = [] }: { changed?: readonly number[]; without?: readonly number[] } = {},
): ServedLog {
  const batches: Buffer[] = [];
  for (let at = 0; at < count; at += 10) {
    const offsets = Array.from({ length: Math.min(10, count - at) }, (_, index) => at + index);
    const kept = offsets.filter((each) => !without.includes(each));
    if (kept.length === 0) continue;
    batches.push(
      encodeBatch(kept.map((each) => testRecord(each, changed.includes(each) ? 'other' : `${each}`))),
    );
  }
  return { batches, start: 0n, end: BigInt(count) };
}

interface MutablePartition extends RunningPartition {
  isMirroring: boolean;
  life: number;
  end: bigint;
}

export class CheckWorld {
  readonly scheduler = new Scheduler();
  readonly sources: readonly ServedLog[];
  readonly targets: readonly ServedLog[];
  readonly partitions: MutablePartition[];
  readonly told: { level: string; fields: LogFields; message: string }[] = [];
  bytesPerSecond = 1_000_000;
  heldMs = 0;
  /** The source’s brokers are asked and never answer. */
  isSilent = false;
  segments: ShiftSegments = identicalOffsets;
  /** What the ledger says to whoever asks now. */
  freshSegments: ShiftSegments | undefined;
  isCompacted: boolean | undefined = false;
  /** How often it was asked where a cleaner runs. */
  compactedAsked = 0;
  /** What the ledger holds, by partition. */
  ledger = new Map<number, CheckedPartition>();
  ledgerTrouble: Error | undefined;
  readonly pace: CheckPace;
  check: ContinuousCheck<MutablePartition>;
  #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(sources: readonly ServedLog[], targets: readonly ServedLog[], pace: Partial<CheckPace> = {}) {
    this.sources = sources;
    this.targets = targets;
    this.pace = { ...defaultPace, firstOffsets: 50, pieceBytes: 5_000, ...pace };
    this.partitions = targets.map((log, partition) => {
      return { set: 's', topic: 't', partition, isMirroring: true, life: 1, start: 0n, end: log.end };
    });
    this.check = this.#make();
  }

  get nowMs(): number {
    return this.scheduler.nowMs;
  }

  /** Requests that both sides have been sent so far. */
  requests = 0;

  start(): void {
    this.#abort = new AbortController();
    this.#ended = this.check.run(this.#abort.signal);
  }

  async runFor(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.nowMs + ms);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  /** Another process, or this one after a restart: it knows what was written down. */
  async restart(): Promise<void> {
    await this.stop();
    for (const [{ partition }, state] of this.check.takeChanged()) this.ledger.set(partition, state);
    this.partitions.splice(0, this.partitions.length, ...this.partitions.map((each) => ({ ...each })));
    this.check = this.#make();
    this.start();
  }

  state(partition = 0): CheckedPartition | undefined {
    const running = this.partitions[partition];
    return running && this.check.stateOf(running);
  }

  /** Ranges as `kind from..to`. */
  ranges(partition = 0): string[] {
    const ranges = this.state(partition)?.ranges ?? [];
    return ranges.map(({ kind, firstOffset, endOffset }) => `${kind} ${firstOffset}..${endOffset}`);
  }

  #make(): ContinuousCheck<MutablePartition> {
    const counted = (log: ServedLog) => Object.assign(log, { onRequest: () => (this.requests += 1) });
    const [source, target] = [this.sources, this.targets].map((logs) => servedCluster(logs.map(counted)));
    if (source === undefined || target === undefined) throw new Error('two sides');
    return new ContinuousCheck<MutablePartition>({
      source: {
        region: 'eu-west',
        cluster: () => {
          const silent = () => new Promise<never>(() => undefined);
          return this.isSilent ? { ...source, metadata: silent, connect: silent } : source;
        },
      },
      target: { region: 'us-east', cluster: () => target },
      clock: this.scheduler.clockOf('check'),
      random: seededRandom(1),
      log: this.#log,
      partitions: () => this.partitions,
      bytesPerSecond: () => this.bytesPerSecond,
      heldMs: () => this.heldMs,
      facts: {
        segmentsOf: (_, fresh) => {
          if (fresh) this.segments = this.freshSegments ?? this.segments;
          return Promise.resolve(this.segments);
        },
        isCompacted: () => {
          this.compactedAsked += 1;
          return Promise.resolve(this.isCompacted);
        },
      },
      recall: (asked) => {
        if (this.ledgerTrouble !== undefined) return Promise.reject(this.ledgerTrouble);
        const found = asked.flatMap((each): [MutablePartition, CheckedPartition][] => {
          const state = this.ledger.get(each.partition);
          return state === undefined ? [] : [[each, state]];
        });
        return Promise.resolve(new Map(found));
      },
      pace: this.pace,
    });
  }

  get #log(): Log {
    const tell = (level: string) => (fields: LogFields, message: string) =>
      void this.told.push({ level, fields, message });
    return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
  }
}

export async function startWorld(
  source: ServedLog | readonly ServedLog[],
  target: ServedLog | readonly ServedLog[],
  pace: Partial<CheckPace> = {},
): Promise<CheckWorld> {
  const all = (logs: ServedLog | readonly ServedLog[]) => ('batches' in logs ? [logs] : logs);
  const world = new CheckWorld(all(source), all(target), pace);
  world.start();
  await world.runFor(0);
  return world;
}
