// One run: a mirror comes to its step, something happens there, and the mirror is judged when it has come to
// the source's end, and again when the source has gone on.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../../../src/base/errors.ts';
import { seededRandom } from '../../../src/base/random.ts';
import { verifyPartition } from '../../../src/data-plane/verifier/verify-partition.ts';
import { compactedAtRest } from '../../fixtures/cleaned-source.ts';
import type { LinkPlan } from '../../fixtures/link-plan.ts';
import { ProbedLog } from '../../fixtures/probed-log.ts';
import { verifyContext } from '../../fixtures/verify-context.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { HoleSource, type HoleSourceParts, cleanedSource } from './hole-source.ts';
import { type HoleWorld, sourceRegion, targetRegion } from './hole-world.ts';
import { judgeMirror, type MirrorVerdict } from './judge-mirror.ts';
import { faultText, type PlannedRun, wayText } from './run-list.ts';
import type { StepWorker } from './step-worker.ts';
import type { StopOrder } from './steps.ts';

export const outcomes = ['identical', 'shifted', 'not reached', 'FAILED'] as const;
export type Outcome = (typeof outcomes)[number];

export interface RunReport {
  readonly index: number;
  readonly way: string;
  readonly step: string;
  readonly stage: string;
  readonly fault: string;
  readonly outcome: Outcome;
  /** What did not hold. */
  readonly violation?: string;
  readonly topic: string;
  readonly ms: number;
  /** Milliseconds from the start until each part was over. */
  readonly marks: Readonly<Record<string, number>>;
  /** Which broker it was that the fault took. */
  readonly broker?: number;
  /** Behind the fault, and again when the source had gone on. */
  readonly verdicts: readonly MirrorVerdict[];
  /** What the worker that woke up said last. */
  readonly woken?: string;
}

/** How targets differ from their sources. */
export const targetShape = { replicationFactor: 3, config: { 'min.insync.replicas': '2' } };

/** Elections, time-outs and a coordinator's retries, one after the other. */
const drainedMsMax = 120_000;
/** More than the first run of holes has, which takes some of them for its own. */
const surplus = 10;
const lateMsMax = 20_000;

export class OneRun {
  readonly #world: HoleWorld;
  readonly #run: PlannedRun;
  readonly #verdicts: MirrorVerdict[] = [];
  #source: HoleSource | undefined;
  #broker: number | undefined;
  #woken: string | undefined;
  readonly #began = performance.now();
  readonly #marks: Record<string, number> = {};
  readonly #workers: StepWorker[] = [];

  constructor(world: HoleWorld, run: PlannedRun) {
    this.#world = world;
    this.#run = run;
  }

  /** `cleaned`: a topic that a cleaner has been at. Never rejects for what the mirror does. */
  async perform(cleaned: string | undefined): Promise<RunReport> {
    const { index, step, stage, fault } = this.#run;
    let outcome: Outcome = 'FAILED';
    let violation: string | undefined;
    try {
      outcome = await this.#perform(cleaned);
    } catch (error) {
      violation = `${describeError(error)}; ${this.#states()}`;
    }
    await this.#cleanUp();
    return {
      index,
      way: wayText(this.#run),
      step: step.name,
      stage,
      fault: faultText(fault),
      outcome,
      ...(violation !== undefined && { violation }),
      topic: this.#source?.topic ?? '',
      ms: this.#elapsedMs,
      marks: this.#marks,
      ...(this.#broker !== undefined && { broker: this.#broker }),
      ...(this.#woken !== undefined && { woken: this.#woken }),
      verdicts: this.#verdicts,
    };
  }

  async #perform(topic: string | undefined): Promise<Outcome> {
    const source = await this.#makeSource(topic);
    await source.write();
    const { cleaned, step, stage } = this.#run;
    if (cleaned === 'at the step') {
      await source.repeatKeys();
      await source.write();
    }
    this.#mark('written');
    const worker = this.#take();
    const surplusStops: StopOrder[] = step.surplusAt ? [{ path: step.surplusAt, stage: 'after' }] : [];
    worker.mirror(this.#plan, [...surplusStops, { path: step.path, stage }]);
    if (surplusStops.length > 0 && (await this.#stops(worker, 0))) await this.#addSurplus(worker);
    if (!(await this.#stops(worker, surplusStops.length))) return 'not reached';
    this.#mark('at its step');
    if (cleaned === 'at the step') await source.clean();
    const writer = await this.#happen(worker);
    await this.#drained(writer);
    this.#mark('drained');
    const first = await this.#judge();
    this.#mark('judged');
    this.#verdicts.push(first);
    await source.writeMore();
    this.#mark('written again');
    await this.#drained(writer);
    this.#mark('drained again');
    const last = await this.#judge();
    this.#verdicts.push(last);
    this.#mustBeAsPromised(first, last);
    return first.shift === 0 && first.ahead === 0 && first.segments.length === 0 ? 'identical' : 'shifted';
  }

  #mustBeAsPromised(first: MirrorVerdict, last: MirrorVerdict): void {
    const { way, step } = this.#run;
    const isMeant = way === 'coordinator' || this.#isSoft || step.surplusAt !== undefined;
    if (!isMeant && (first.segments.length > 0 || first.ahead > 0)) {
      throw new Error(`the direct way is shifted: ${JSON.stringify(first)}`);
    }
    if (last.shift !== 0 || last.ahead !== 0) {
      throw new Error(`not identical again behind the next holes: ${JSON.stringify([first, last])}`);
    }
  }

  async #makeSource(topic: string | undefined): Promise<HoleSource> {
    const { seed, way, cleaned } = this.#run;
    const { link, sourceServers: servers } = this.#world;
    const parts: HoleSourceParts = {
      link,
      servers,
      random: seededRandom(seed),
      isSlow: way === 'coordinator',
    };
    // Behind a fault of brokers, a topic of three replicas can be made once all three are back.
    this.#source = await waitUntil('a topic to write to', () =>
      topic === undefined
        ? HoleSource.create(parts, cleaned === undefined ? {} : compactedAtRest, targetShape)
        : cleanedSource(parts, topic),
    );
    return this.#source;
  }

  #take(): StepWorker {
    const worker = this.#world.takeWorker();
    this.#workers.push(worker);
    return worker;
  }

  /** Whether the worker comes to the stop, or mirrors to the end without it. */
  async #stops(worker: StepWorker, index: number): Promise<boolean> {
    const { how } = await waitUntil(
      'a worker to come to its step',
      () => {
        worker.mustLive();
        if (worker.stoppedAt === index) return { how: 'stopped' };
        return this.#hasCaughtUp(worker) && { how: 'caught up' };
      },
      { giveUpMs: drainedMsMax, pollMs: 10, seen: () => worker.state },
    );
    return how === 'stopped';
  }

  /** As a coordinator may do after trouble: the filler that is there, more than once. */
  async #addSurplus(worker: StepWorker): Promise<void> {
    const log = await ProbedLog.open(this.#world.link.target, this.#topic);
    try {
      const filler = await waitUntil('the first filler', async () =>
        (await log.batches()).findLast(({ isControl }) => isControl),
      );
      const known = await log.stateOf(filler.producerId);
      const marker = log.marker(filler, known?.coordinatorEpoch ?? 0);
      const said = await log.mark(...Array.from({ length: surplus }, () => marker));
      if (said !== 'NONE') throw new Error(`${this.#topic}: fillers too many were answered ${said}`);
    } finally {
      log.leader.destroy('written');
    }
    worker.goOn();
  }

  /** Does what is to happen at the step; returns the worker that mirrors from then on. */
  async #happen(worker: StepWorker): Promise<StepWorker> {
    const { fault } = this.#run;
    switch (fault.what) {
      case 'killed':
        await worker.kill();
        return this.#successor();
      case 'paused': {
        const successor = this.#successor();
        await this.#drained(successor);
        worker.goOn();
        await this.#settled(worker);
        await worker.rest();
        return successor;
      }
      case 'frozen':
        await this.#freeze(worker, fault.forMs, await this.#world.brokerOf(fault.role, this.#topic));
        return worker;
      case 'leader killed':
        await this.#killLeader(worker, await this.#world.brokerOf('leader', this.#topic));
        return worker;
    }
  }

  get #elapsedMs(): number {
    return Math.round(performance.now() - this.#began);
  }

  #mark(name: string): void {
    this.#marks[name] = this.#elapsedMs;
  }

  get #isSoft(): boolean {
    return this.#run.cleaned !== undefined;
  }

  get #plan(): LinkPlan {
    return this.#world.planOf(this.#topic, this.#run);
  }

  get #topic(): string {
    return this.#source?.topic ?? '';
  }

  #successor(): StepWorker {
    const successor = this.#take();
    successor.mirror(this.#plan);
    return successor;
  }

  async #freeze(worker: StepWorker, forMs: number, broker: number): Promise<void> {
    this.#broker = broker;
    const { faults } = this.#world.acls.lab;
    faults.pause(targetRegion, broker);
    try {
      worker.goOn();
      await sleep(forMs);
    } finally {
      faults.resume(targetRegion, broker);
    }
  }

  async #killLeader(worker: StepWorker, broker: number): Promise<void> {
    this.#broker = broker;
    const { faults } = this.#world.acls.lab;
    await faults.kill(targetRegion, broker);
    try {
      worker.goOn();
      await waitUntil('another leader', async () => {
        const now = await this.#world.brokerOf('leader', this.#topic);
        return now !== broker;
      });
    } finally {
      await faults.start(targetRegion, broker);
    }
  }

  /** What it had under way when it stood still has ended, whichever way. */
  async #settled(worker: StepWorker): Promise<void> {
    const { state, cause } = await waitUntil(
      'the worker that woke up to come to rest',
      () => {
        worker.mustLive();
        const said = worker.state;
        if (said === undefined || said.underWay > 0) return false;
        return (said.state === 'waiting' || said.state === 'stopped' || this.#hasCaughtUp(worker)) && said;
      },
      { giveUpMs: drainedMsMax, seen: () => worker.state },
    );
    this.#woken = cause === undefined ? state : `${state}: ${cause}`;
    if (state === 'stopped') throw new Error(`the worker that woke up stopped: ${cause}`);
  }

  #hasCaughtUp({ state }: StepWorker): boolean {
    const { position, shift } = state ?? {};
    if (state?.state !== 'mirroring' || position === undefined || shift === undefined) return false;
    return state.underWay === 0 && position - shift === this.#source?.end;
  }

  /** The mirror says that it has come to the source's end. */
  async #drained(worker: StepWorker): Promise<void> {
    await waitUntil(
      'the mirror to come to the source’s end',
      () => {
        worker.mustLive();
        return this.#hasCaughtUp(worker);
      },
      { giveUpMs: drainedMsMax, seen: () => ({ state: worker.state, end: this.#source?.end }) },
    );
  }

  /**
   * Fillers of a coordinator may come late, behind data that is moved by them then; the mirror finds them and
   * the ledger is told.
   */
  async #judge(): Promise<MirrorVerdict> {
    if (this.#run.way === 'direct') return this.#judgeNow();
    return waitUntil('the mirror to be as it should', () => this.#judgeNow(), {
      giveUpMs: lateMsMax,
      pollMs: 500,
    });
  }

  /** By what stands in both logs, then by `verify`. */
  async #judgeNow(): Promise<MirrorVerdict> {
    const { link } = this.#world;
    const segments = await this.#world.segmentsOf(this.#topic);
    const isCompacted = this.#isSoft;
    const verdict = await judgeMirror(link, this.#topic, segments, isCompacted);
    const context = verifyContext(link.source, link.target, { regions: [sourceRegion, targetRegion] });
    const verified = await verifyPartition(context, this.#topic, 0, { segments, isCompacted });
    const { kept } = verified.comparison.differences;
    if (kept.length > 0) throw new Error(`verify disagrees: ${textOf(kept)}`);
    // Fillers too many at the end count as offsets that the source will have.
    const end = (this.#source?.end ?? 0) + verdict.ahead;
    if (verified.from !== 0n || Number(verified.to) !== end) {
      throw new Error(`verify compared ${verified.from}..${verified.to} of 0..${end}`);
    }
    return verdict;
  }

  #states(): string {
    return this.#workers.map(({ state }) => JSON.stringify(state ?? null)).join(' ');
  }

  async #cleanUp(): Promise<void> {
    for (const worker of this.#workers) await this.#world.giveBack(worker);
    await this.#source?.close();
  }
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
