// A worker's process: mirrors one partition after another as its parent says, on the ledger of the target,
// and stops itself (SIGSTOP) at the steps that it is told of. Prints what happens as lines of JSON.
import { writeSync } from 'node:fs';
import { silentLog } from '../../../src/base/log.ts';
import { FenceReader } from '../../../src/data-plane/worker/fence-reader.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { openLedger } from './hole-ledger.ts';
import { type LinkPlan, openCluster, RunningEngine } from '../../fixtures/link-plan.ts';
import { StepWatch } from './step-watch.ts';
import type { StopOrder } from './steps.ts';

/** From the parent. */
export type WorkerOrder =
  | { readonly kind: 'mirror'; readonly plan: LinkPlan; readonly stops: readonly StopOrder[] }
  | { readonly kind: 'rest' };

/** To the parent. */
export type WorkerLine =
  | { readonly kind: 'stopped'; readonly index: number }
  | { readonly kind: 'resting' }
  | ({ readonly kind: 'state' } & WorkerState);

export interface WorkerState {
  readonly state: string;
  readonly cause: string | undefined;
  /** Target offset. */
  readonly position: number | undefined;
  readonly shift: number | undefined;
  readonly starts: number;
  readonly underWay: number;
}

const reportEveryMs = 25;
/** As often as the worker itself does. */
const lookEveryMs = 1_000;

/** At once, in one piece, also where the process stops right behind it. */
const say = (line: WorkerLine): number => writeSync(1, `${JSON.stringify(line)}\n`);

class Mirroring {
  readonly #running: RunningEngine;
  readonly #watch: StepWatch;
  readonly #closeLedger: () => Promise<void>;
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(plan: LinkPlan, stops: readonly StopOrder[]) {
    const [at] = plan.partitions;
    if (at === undefined) throw new Error('the plan names no partition');
    const watch = new StepWatch({ topic: at.topic, stops, stop: standStill });
    this.#watch = watch;
    const target: KafkaCluster = watch.watch(openCluster(plan.target, 'hole-worker', silentLog));
    const source = openCluster(plan.source, 'hole-worker', silentLog);
    const { ledger, close } = openLedger(target, plan.target.region);
    this.#closeLedger = close;
    const fences = new FenceReader(
      () => ledger.readFences(),
      (fact) => ledger.record(fact),
    );
    this.#running = new RunningEngine(plan, 'hole-worker', silentLog, fences, { source, target });
    this.#running.resume();
    this.#timers = [
      setInterval(() => this.#tell(), reportEveryMs),
      setInterval(() => this.#running.engine.lookAround(), lookEveryMs),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#running.stop();
    await this.#closeLedger();
  }

  #tell(): void {
    for (const { state, position, shift, counts } of this.#running.engine.partitions) {
      const cause = state.name === 'waiting' || state.name === 'stopped' ? state.cause : undefined;
      say({
        kind: 'state',
        state: state.name,
        cause: cause && `${cause.code} ${cause.message}`,
        position: position === undefined ? undefined : Number(position),
        shift: shift === undefined ? undefined : Number(shift),
        starts: counts.starts,
        underWay: this.#watch.underWay,
      });
    }
  }
}

function standStill(index: number): void {
  say({ kind: 'stopped', index });
  process.kill(process.pid, 'SIGSTOP');
}

let mirroring: Mirroring | undefined;

async function obey(order: WorkerOrder): Promise<void> {
  if (order.kind === 'mirror') {
    mirroring = new Mirroring(order.plan, order.stops);
    return;
  }
  await mirroring?.stop();
  mirroring = undefined;
  say({ kind: 'resting' });
}

process.on('message', (order: WorkerOrder) => {
  obey(order).catch((error: unknown) => {
    throw error;
  });
});
// The channel closes when the parent is gone, however it ended.
process.once('disconnect', () => process.exit(1));
