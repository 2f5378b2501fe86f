// Where a scene is played: one partition on one real broker and on the model, with what cannot be brought
// about by requests done to each side in its own way.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setClientQuotas } from '../../../../lab/region-admin.ts';
import { alterTopic } from '../../../fixtures/odd-topics.ts';
import { waitUntil } from '../../../fixtures/wait-until.ts';
import type { Replica } from '../../replica.ts';
import { asModelled } from '../cluster-face.ts';
import type { ComparisonLab } from '../comparison-lab.ts';
import { logSteps, moreOf, startStep } from '../log-steps.ts';
import { ModelLane } from '../model-lane.ts';
import { Pair } from '../pair.ts';
import { comparedClientId } from '../real-brokers.ts';
import type { RealLane } from '../real-lane.ts';
import type { Answer } from '../side.ts';
import { Standing } from '../standing.ts';
import type { FetchStep, ListOffsetsStep, ProduceStep, Request, Step } from '../steps.ts';
import type { Totals } from '../totals.ts';

export interface Scene {
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly play: (stage: Stage) => Promise<void>;
}

export interface StageParts {
  readonly at: ComparisonLab;
  readonly name: string;
  readonly topic: string;
  readonly config: Readonly<Record<string, string>>;
  readonly nowMs: number;
  readonly totals: Totals;
}

/** One batch: as many records as values, of an id or of none. */
export interface Written {
  readonly values: readonly (string | null)[];
  readonly keys?: readonly string[];
  readonly id?: number;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly ageMs?: number;
  readonly transactionalId?: string;
}

export const hourMs = 3_600_000;
const partition = 0;

export class Stage {
  readonly #parts: StageParts;
  readonly #real: RealLane;
  readonly #model: ModelLane;
  readonly #pair: Pair;
  readonly #standing = new Standing([1], 1);

  private constructor(parts: StageParts, real: RealLane, model: ModelLane) {
    this.#parts = parts;
    this.#real = real;
    this.#model = model;
    const { name, totals, at } = parts;
    const judged = (answer: Answer) => asModelled(answer, at.real.dialect);
    this.#pair = new Pair({ name, real, model, totals, judged });
  }

  static async open(parts: StageParts): Promise<Stage> {
    const { at, topic, config, nowMs } = parts;
    const shape = { lane: 0, topic, assignments: [[1]], minInSync: 1, config };
    const isOfClock = (ms: bigint) => ms > BigInt(nowMs - hourMs) && ms < 3_000_000_000_000n;
    const [real] = await at.real.openLanes([shape], isOfClock);
    const { dialect } = at.real;
    const model = ModelLane.start({ shape, brokers: 1, dialect, nowMs, isOfClock });
    const stage = new Stage(parts, real as RealLane, model);
    await stage.meet();
    return stage;
  }

  /** The model's replica. */
  get replica(): Replica {
    return this.#model.cluster.replicasOf(this.#parts.topic, partition)[0] as Replica;
  }
  get model(): ModelLane {
    return this.#model;
  }

  async meet(): Promise<void> {
    await Promise.all([this.#real.settle([1], 'equal starts'), this.#model.settle([1], 'equal starts')]);
    await this.#parts.at.real.coordinatorReady();
    await this.ask({ kind: 'metadata', topic: 'topic' });
  }

  async ask(request: Request): Promise<Answer> {
    const step: Step = { ...request, broker: 1 };
    const answer = await this.#pair.ask(step);
    this.#standing.learn(step, answer);
    return answer;
  }

  write({ values, ageMs = 12 * hourMs, ...given }: Written): Promise<Answer> {
    const { id = -1, epoch = id < 0 ? -1 : 0, sequence = -1, transactionalId, keys } = given;
    const request: ProduceStep = {
      kind: 'produce',
      topic: 'topic',
      partition,
      acks: -1,
      byName: transactionalId !== undefined,
      id,
      epoch,
      sequence,
      values,
      ...(keys === undefined ? {} : { keys }),
      timestampMs: this.#parts.nowMs - ageMs,
      flaw: undefined,
      transactionalId,
    };
    return this.ask(request);
  }

  fetch(offset: bigint): Promise<Answer> {
    return this.ask(fetchFrom(offset));
  }
  offsetAt(timestamp: bigint): Promise<Answer> {
    return this.ask({ ...earliest, timestamp });
  }
  producers(): Promise<Answer> {
    return this.ask({ kind: 'describeProducers', topic: 'topic', partitions: [partition] });
  }

  /** All that can be read. */
  async compareLog(): Promise<void> {
    const { offset } = await this.#pair.ask(startStep(this.#standing, partition));
    for (const step of logSteps(this.#standing, partition, offset as bigint)) {
      let next: Step | undefined = step;
      while (next !== undefined) next = moreOf(next, await this.#pair.ask(next));
    }
  }

  /**
   * Writes a batch that does not fit into the present segment beside what is there; returns where it
   * stands.
   */
  async roll(values: Written = { values: ['x'.repeat(1_040_000)], keys: ['large'] }): Promise<bigint> {
    this.note('a segment begins');
    this.replica.roll();
    return (await this.write(values))['baseOffset'] as bigint;
  }

  async restart(way: 'stop' | 'kill'): Promise<void> {
    for (const act of [
      { kind: way, broker: 1 },
      { kind: 'start', broker: 1 },
    ] as const) {
      this.note(JSON.stringify(act));
      this.#parts.totals.act(act.kind);
      await Promise.all([this.#parts.at.real.act(act), this.#model.act(act)]);
    }
    await this.meet();
  }

  note(what: string): void {
    this.#pair.note(`-- ${what}`);
  }

  // ---- the real side alone --------------------------------------------------------------------------------

  settings(settings: Readonly<Record<string, string>>): Promise<void> {
    return alterTopic(this.#parts.at.real.servers, this.#parts.topic, settings);
  }

  quotas(fetch: number | undefined, produce: number | undefined): Promise<void> {
    return setClientQuotas(this.#parts.at.real.servers, comparedClientId, { fetch, produce });
  }

  /** Until the real log begins there. */
  async realStart(offset: bigint): Promise<void> {
    await waitUntil(`the log to start at ${offset}`, async () => {
      return (await this.#real.ask({ ...earliest, broker: 1 }))['offset'] === offset;
    });
  }

  /** Until the real broker answers so about its producers. */
  async realProducers(isSo: (producers: readonly string[]) => boolean): Promise<void> {
    await waitUntil('the producers', async () => {
      const request = {
        kind: 'describeProducers',
        topic: 'topic',
        partitions: [partition],
        broker: 1,
      } as const;
      const told = (await this.#real.ask(request))[partition] as { producers: readonly string[] };
      return isSo(told.producers);
    });
  }

  /** Until the real cleaner has been through all below `offset`, as it writes down. */
  async realCleaned(offset: bigint): Promise<void> {
    const folder = this.#parts.at.lab.regions[0]?.brokers[0]?.plan.dataFolder as string;
    const line = `${this.#parts.topic} ${partition} ${offset}`;
    await waitUntil(`the cleaner to be at ${offset}`, () =>
      readFileSync(path.join(folder, 'cleaner-offset-checkpoint'), 'utf8').split('\n').includes(line),
    );
  }

  /** How long each side takes for one request. */
  async times(request: Request): Promise<{ readonly realMs: number; readonly modelMs: number }> {
    const step: Step = { ...request, broker: 1 };
    const began = performance.now();
    await this.#real.ask(step);
    const realMs = performance.now() - began;
    const beganMs = this.#model.nowMs;
    await this.#model.ask(step);
    return { realMs, modelMs: this.#model.nowMs - beganMs };
  }

  fail(what: string): never {
    return this.#pair.fail(what);
  }

  close(): Promise<void> {
    const { topic, at } = this.#parts;
    return at.real.closeLanes([{ lane: 0, topic, assignments: [[1]], minInSync: 1 }]);
  }
}

export const earliest: ListOffsetsStep = {
  kind: 'listOffsets',
  topic: 'topic',
  partition,
  replicaId: -1,
  isolationLevel: 0,
  leaderEpoch: -1,
  timestamp: -2n,
};

export const fetchFrom = (offset: bigint): FetchStep => ({
  kind: 'fetch',
  maxWaitMs: 0,
  minBytes: 0,
  maxBytes: 2_000_000,
  isolationLevel: 0,
  session: 'none',
  partitions: [{ topic: 'topic', partition, leaderEpoch: -1, offset, lastEpoch: -1, bytesMax: 2_000_000 }],
  forgotten: [],
});
