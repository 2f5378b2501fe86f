// One lane of a comparison: the same steps to both sides, and their answers side by side.
import { pick, type Random } from '../../../src/base/random.ts';
import type { LaneAct } from './acts.ts';
import { actText, type LogStarts } from './cluster-face.ts';
import { logSteps, moreOf, startStep } from './log-steps.ts';
import { Pair, type PairParts } from './pair.ts';
import type { RandomSteps } from './random-steps.ts';
import type { Answer } from './side.ts';
import type { Standing } from './standing.ts';
import type { Request, Step } from './steps.ts';

export const stepsPerSequence = 50;
/** One lead is moved in so many steps, where there are several brokers. */
const stepsPerMove = 25;

export interface ComparedLaneParts extends PairParts {
  readonly random: Random;
  readonly makes: RandomSteps;
  readonly standing: Standing;
}

export class ComparedLane {
  readonly standing: Standing;
  readonly #parts: ComparedLaneParts;
  readonly #several: boolean;
  readonly #pair: Pair;

  constructor(parts: ComparedLaneParts) {
    this.#parts = parts;
    this.#pair = new Pair(parts);
    this.standing = parts.standing;
    this.#several = parts.standing.alive.length > 1;
  }

  async sequence(): Promise<void> {
    const { makes, random, totals } = this.#parts;
    this.#pair.forget();
    makes.begin();
    for (let at = 0; at < stepsPerSequence; at += 1) {
      if (this.#several && random.int(stepsPerMove) === 0) await this.#moveALead();
      await this.#both(makes.next());
    }
    await this.rest();
    totals.sequences += 1;
  }

  /** What is under way comes to its end, and open sessions are closed. */
  async rest(): Promise<void> {
    const { makes } = this.#parts;
    const awaited = makes.awaited();
    if (awaited !== undefined) await this.#both(awaited);
    for (const step of makes.closing()) await this.#both(step);
  }

  /** After something befell the cluster: both sides come to rest, and agree on who leads and what is left. */
  async meet(what: string): Promise<void> {
    this.#pair.note(what);
    await this.#agree();
    const { standing } = this;
    for (const partition of standing.partitions) {
      if (standing.leaderOf(partition) >= 0 || standing.replicasOf(partition).length === 0) continue;
      await this.#act({ kind: 'electUnclean', partition });
    }
    for (const partition of standing.partitions) {
      const broker = standing.leaderOf(partition);
      if (broker < 0) continue;
      await this.#both({ kind: 'describeProducers', topic: 'topic', partitions: [partition], broker });
      await this.#both({ ...logEnd(partition), broker });
    }
  }

  /** All that can be read of each replica. */
  async compareLogs(): Promise<void> {
    this.#pair.note('-- whole logs');
    const { standing } = this;
    for (const partition of standing.partitions.filter((each) => standing.leaderOf(each) >= 0)) {
      const { offset } = await this.#both(startStep(standing, partition));
      for (const step of logSteps(standing, partition, offset as bigint)) {
        let next: Step | undefined = step;
        while (next !== undefined) next = moreOf(next, await this.#both(next));
      }
    }
  }

  async #moveALead(): Promise<void> {
    const { random } = this.#parts;
    const { standing } = this;
    const partition = pick(random, standing.partitions);
    const leader = standing.leaderOf(partition);
    const others = standing.candidatesOf(partition).filter((id) => id !== leader);
    if (leader < 0 || others.length === 0) return;
    const to = pick(random, others);
    const replicas = standing.assignmentOf(partition).filter((id) => id !== to);
    await this.rest();
    await this.#act({ kind: 'moveLead', partition, replicas: [to, ...replicas] });
  }

  async #act(act: LaneAct): Promise<void> {
    const { real, model, totals } = this.#parts;
    this.#pair.note(actText(act));
    totals.act(act.kind);
    await Promise.all([real.act(act), model.act(act)]);
    await this.#agree();
  }

  async #agree(): Promise<void> {
    await this.settle();
    const broker = this.standing.alive[0] as number;
    await this.#both({ kind: 'metadata', topic: 'topic', broker });
    await this.#both({ kind: 'findCoordinator', transactionalId: 'x0', broker });
  }

  /**
   * After something befell the cluster, before both sides meet: one record to each partition (see
   * LogStarts).
   */
  async stir(): Promise<void> {
    await this.settle('any starts');
    const { makes, standing } = this.#parts;
    const broker = standing.alive[0] as number;
    await this.#both({ kind: 'metadata', topic: 'topic', broker });
    for (const partition of standing.partitions) {
      const leader = standing.leaderOf(partition);
      if (leader >= 0) await this.#ask({ ...makes.plain(partition), broker: leader });
    }
  }

  async settle(starts: LogStarts = 'equal starts'): Promise<void> {
    const { real, model } = this.#parts;
    const { alive } = this.standing;
    await Promise.all([real.settle(alive, starts), model.settle(alive, starts)]);
  }

  async #both(step: Step): Promise<Answer> {
    if (this.#several && this.#readsFollower(step)) await this.settle();
    const answered = await this.#ask(step);
    // Answered before the followers have it: when the high watermark shows it is a matter of time.
    if (this.#several && step.kind === 'produce' && step.acks === 1) await this.settle();
    return answered;
  }

  async #ask(step: Step): Promise<Answer> {
    const answered = await this.#pair.ask(step);
    this.#parts.makes.learn(step, answered);
    this.standing.learn(step, answered);
    return answered;
  }

  /**
   * A follower learns of the high watermark and the log start with its next fetch, some milliseconds later.
   */
  #readsFollower(step: Step): boolean {
    return partitionsRead(step).some((each) => this.standing.leaderOf(each) !== step.broker);
  }
}

const logEnd = (partition: number): Request => ({
  kind: 'listOffsets',
  topic: 'topic',
  partition,
  replicaId: 0,
  isolationLevel: 0,
  leaderEpoch: -1,
  timestamp: -1n,
});

/** Of a session also what was named before: any of the lane’s. */
function partitionsRead(step: Step): readonly number[] {
  if (step.kind === 'fetch') {
    return typeof step.session === 'object' ? [-1] : step.partitions.map(({ partition }) => partition);
  }
  return step.kind === 'describeProducers' ? step.partitions : [];
}
