// Random requests for one lane of the comparison: mostly right ones that build up state, mixed with repeats,
// gaps, old epochs, broken batches, wrong sessions, unknown names.
import { pick, type Random } from '../../../src/base/random.ts';
import type { Answer } from './side.ts';
import { RandomPlaces } from './random-places.ts';
import { RandomTransactions } from './random-transactions.ts';
import type { Standing } from './standing.ts';
import {
  flaws,
  type FetchStep,
  type FetchStepPartition,
  type ProduceStep,
  type Request,
  type Step,
  type WriteMarkersStep,
} from './steps.ts';

interface Written {
  readonly epoch: number;
  readonly sequence: number;
  readonly count: number;
}
interface IdState {
  epoch: number;
  next: number;
  readonly written: Written[];
}
interface PartitionState {
  /** As far as is known: a log may have grown by markers since. */
  end: bigint;
  readonly ids: Map<number, IdState>;
}

const sequenceMax = 0x7fffffff;
const unknownPartition = 100_000;

export interface RandomStepsParts {
  readonly random: Random;
  readonly standing: Standing;
  readonly partitions: readonly number[];
  /** Without them transactions begin and end without data, as a filler's do. */
  readonly writesInTransactions: boolean;
  /** Of the first record. */
  readonly fromMs: number;
}

interface OpenedSession {
  readonly broker: number;
  /** To be named next; 0 once it is closed. */
  epoch: number;
}

/** Makes steps from what the answers so far have told. */
export class RandomSteps {
  readonly #random: Random;
  readonly #partitions: readonly number[];
  readonly #states = new Map<number, PartitionState>();
  readonly #sessions: OpenedSession[] = [];
  readonly #standing: Standing;
  readonly #places: RandomPlaces;
  readonly #fromMs: number;
  readonly #transactional = new Map<string, { id: number; epoch: number }>();
  readonly #transactions: RandomTransactions;
  readonly #writesInTransactions: boolean;
  #idsMade = 0;
  #values = 0;
  #sequenceNumber = 0;

  constructor(parts: RandomStepsParts) {
    const { random, standing, partitions } = parts;
    this.#random = random;
    this.#standing = standing;
    this.#places = new RandomPlaces(random, standing);
    this.#writesInTransactions = parts.writesInTransactions;
    this.#fromMs = parts.fromMs;
    this.#partitions = partitions;
    for (const partition of partitions) this.#states.set(partition, { end: 0n, ids: new Map() });
    this.#transactions = new RandomTransactions(random, partitions, standing);
  }

  /** A new sequence of requests begins: it has ids of its own besides those of its predecessors. */
  begin(): void {
    this.#sequenceNumber += 1;
  }

  next(): Step {
    for (;;) {
      const request = this.#transactions.awaited() ?? this.#request();
      const broker = this.#brokerFor(request);
      if (broker >= 0) return { ...request, broker };
    }
  }

  #brokerFor(request: Request): number {
    const session = request.kind === 'fetch' && typeof request.session === 'object' && request.session;
    const opened = session ? this.#sessions[session.place] : undefined;
    return opened?.broker ?? this.#places.brokerFor(request);
  }

  /** What has to be asked before anything else happens to the cluster. */
  awaited(): Step | undefined {
    const request = this.#transactions.awaited();
    return request && { ...request, broker: this.#brokerFor(request) };
  }

  #request(): Request {
    const at = this.#random.int(160);
    if (at >= 155) return this.#deleteRecords();
    if (at >= 145) return this.#writeMarkers();
    if (at >= 100) return this.#inTransaction();
    if (at < 44) return this.#produce();
    if (at < 70) return this.#fetch();
    if (at < 78) return this.#listOffsets();
    if (at < 85) return this.#describeProducers();
    if (at < 91) return this.#initProducerId();
    if (at < 97) return this.#leaderEpoch();
    if (at < 99) return { kind: 'metadata', topic: this.#topic() };
    return { kind: 'findCoordinator', transactionalId: `t${this.#random.int(5)}` };
  }

  /** Steps that end every session, so that the brokers' caches of sessions do not fill. */
  closing(): Step[] {
    return this.#sessions.flatMap(({ broker, epoch }, place) => {
      if (epoch === 0 || !this.#standing.alive.includes(broker)) return [];
      const session = { place, epoch: -1 };
      return [{ ...this.#fetchOf([]), session, maxWaitMs: 0, broker }];
    });
  }

  /** Takes in an answer, on which the next steps build. */
  learn(step: Step, answer: Answer): void {
    this.#transactions.learn(step, answer);
    if (step.kind === 'produce') this.#learnProduce(step, answer);
    if (step.kind === 'writeTxnMarkers') this.#learnMarkers(step, answer);
    if (step.kind === 'fetch') this.#learnFetch(step, answer);
    if (step.kind === 'describeProducers') this.#learnProducers(answer);
    if (step.kind === 'listOffsets') this.#learnEnd(step, answer);
    if (step.kind === 'initProducerId' && answer['error'] === 'NONE') {
      const id = answer['id'] as number;
      this.#idsMade = Math.max(this.#idsMade, id + 1);
      const held = { id, epoch: answer['epoch'] as number };
      if (step.transactionalId !== undefined) this.#transactional.set(step.transactionalId, held);
    }
  }

  #learnProduce(step: ProduceStep, answer: Answer): void {
    const state = this.#states.get(step.partition);
    if (state === undefined || answer['error'] !== 'NONE') return;
    const base = answer['baseOffset'] as bigint;
    if (base < state.end) return;
    const count = step.values.length;
    state.end = base + BigInt(count);
    if (step.id < 0 || step.transactionalId !== undefined) return;
    const known = state.ids.get(step.id) ?? { epoch: step.epoch, next: 0, written: [] };
    state.ids.set(step.id, known);
    known.epoch = step.epoch;
    known.next = (step.sequence + count) % (sequenceMax + 1);
    known.written.push({ epoch: step.epoch, sequence: step.sequence, count });
    if (known.written.length > 7) known.written.shift();
  }

  #learnMarkers({ markers }: WriteMarkersStep, answer: Answer): void {
    const answers = answer['answers'] as readonly string[];
    for (const { id, epoch, partitions } of markers) {
      for (const partition of partitions) {
        const state = this.#states.get(partition);
        if (state === undefined || !answers.includes(`${id} true ${partition} NONE`)) continue;
        state.end += 1n;
        const known = state.ids.get(id);
        if (known === undefined) state.ids.set(id, { epoch, next: 0, written: [] });
        else if (epoch > known.epoch) Object.assign(known, { epoch, next: 0 });
      }
    }
  }

  #learnFetch(step: FetchStep & { broker: number }, answer: Answer): void {
    for (const each of (answer['partitions'] ?? []) as readonly Answer[]) {
      const state = this.#states.get(each['partition'] as number);
      const shown = each['highWatermark'];
      if (state !== undefined && typeof shown === 'bigint' && shown > state.end) state.end = shown;
    }
    if (answer['session'] === 'opened') this.#sessions.push({ broker: step.broker, epoch: 1 });
    else if (typeof step.session === 'object' && answer['error'] === 'NONE') {
      const { place, epoch } = step.session;
      const session = this.#sessions[place];
      if (session !== undefined) session.epoch = epoch > 0 ? epoch + 1 : 0;
    }
  }

  /** An election or a restart may have taken records and what was known of ids. */
  #learnProducers(answer: Answer): void {
    for (const [partition, told] of Object.entries(answer as Record<string, Answer>)) {
      const state = this.#states.get(Number(partition));
      if (state === undefined || told['error'] !== 'NONE') continue;
      const producers = (told['producers'] as readonly string[]).map((each) =>
        each.trim().split(' ').map(Number),
      );
      const found = new Map(producers.map(([id, epoch = 0, last = -1]) => [id, { epoch, last }]));
      for (const [id, known] of state.ids) {
        const now = found.get(id);
        if (now === undefined) state.ids.delete(id);
        else Object.assign(known, { epoch: now.epoch, next: wrapped(now.last + 1) });
      }
    }
  }

  #learnEnd(step: Request & { kind: 'listOffsets' }, answer: Answer): void {
    const state = this.#states.get(step.partition);
    const isEnd = step.timestamp === -1n && step.replicaId >= 0 && answer['error'] === 'NONE';
    if (isEnd && state !== undefined) state.end = answer['offset'] as bigint;
  }

  // ---- produce --------------------------------------------------------------------------------------------

  #produce(): ProduceStep {
    const partition = pick(this.#random, this.#partitions);
    const state = this.#states.get(partition) as PartitionState;
    const step = this.#sequenced(partition, state);
    const at = this.#random.int(100);
    if (at < 20) return { ...step, flaw: pick(this.#random, flaws) };
    if (at < 22) return { ...step, topic: 'unknown' };
    if (at < 24) return { ...step, partition: unknownPartition };
    if (at < 26) return { ...step, timestampMs: 4_000_000_000_000 };
    if (at < 30) return { ...step, acks: pick(this.#random, [1, 2]) };
    return step;
  }

  #sequenced(partition: number, state: PartitionState): ProduceStep {
    const random = this.#random;
    // Few ids for each sequence of requests, and some of the ones before.
    const id = Math.max(0, this.#sequenceNumber * 2 - random.int(4)) + 1_000;
    const known = state.ids.get(id);
    const right = known ?? { epoch: 0, next: this.#firstSequence(), written: [] };
    const count = 1 + random.int(4);
    const at = random.int(100);
    const make = (epoch: number, sequence: number, records = count) =>
      this.#produceOf(partition, id, epoch, sequence, records);
    if (at < 15 && right.written.length > 0) {
      const { epoch, sequence, count: records } = pick(random, right.written);
      return make(epoch, sequence, records);
    }
    if (at < 20) return make(right.epoch, wrapped(right.next + 1 + random.int(3)));
    if (at < 25) return make(right.epoch, wrapped(right.next - 1 - random.int(3)));
    if (at < 30) return make(right.epoch + 1, random.int(2));
    if (at < 33) return make(right.epoch - 1, right.next);
    if (at < 35) return make(right.epoch, -1);
    if (at < 39) return this.#produceOf(partition, -1, -1, -1, count);
    return make(right.epoch, right.next);
  }

  /** A record without an id, that no follower is waited for. */
  plain(partition: number): ProduceStep {
    return { ...this.#produceOf(partition, -1, -1, -1, 1), acks: 1 };
  }

  #firstSequence(): number {
    const at = this.#random.int(4);
    if (at === 0) return this.#random.int(sequenceMax);
    return at === 1 ? sequenceMax - this.#random.int(4) : 0;
  }

  #produceOf(partition: number, id: number, epoch: number, sequence: number, count: number): ProduceStep {
    return {
      kind: 'produce',
      topic: 'topic',
      partition,
      acks: -1,
      byName: this.#random.int(4) === 0,
      id,
      epoch,
      sequence,
      values: Array.from({ length: count }, () => `value ${(this.#values += 1)}`),
      timestampMs: this.#fromMs + this.#values,
      flaw: undefined,
      transactionalId: undefined,
    };
  }

  #inTransaction(): Request {
    const step = this.#transactions.next();
    if (step.kind !== 'produce') return step;
    if (!this.#writesInTransactions) return this.#produce();
    const { transactionalId, id, epoch, sequence, values } = step;
    const made = this.#produceOf(step.partition, id, epoch, sequence, values.length);
    return { ...made, transactionalId, byName: true };
  }

  // ---- control records and trimming -----------------------------------------------------------------------

  /** Of ids that no coordinator has given out: those of plain batches, and others. */
  #writeMarkers(): Request {
    const random = this.#random;
    const partition = pick(random, this.#partitions);
    const known = [...(this.#states.get(partition) as PartitionState).ids];
    const [id, { epoch }] = known.length > 0 ? pick(random, known) : [900 + random.int(3), { epoch: 0 }];
    // One for all: a broker never answers where the last marker is the only one that it does not know.
    const topic = this.#topic();
    const marker = () => ({
      id: random.int(4) === 0 ? 900 + random.int(3) : id,
      epoch: Math.max(0, epoch + pick(random, [0, 0, 0, 1, 1, -1])),
      committed: random.int(2) === 0,
      coordinatorEpoch: pick(random, [0, 0, 0, 0, 1, 2]),
      topic,
      partitions: random.int(3) === 0 ? this.#partitions.slice(0, 2) : [partition],
    });
    const markers = Array.from({ length: 1 + random.int(3) }, marker);
    if (this.#standing.brokers === 1) return { kind: 'writeTxnMarkers', markers };
    // Which of an id's results is told depends on when followers have fetched: here an id has one marker.
    return {
      kind: 'writeTxnMarkers',
      markers: [...new Map(markers.map((each) => [each.id, each])).values()],
    };
  }

  #deleteRecords(): Request {
    const random = this.#random;
    const partition = this.#partition();
    const end = Number(this.#states.get(partition)?.end ?? 0n);
    const offset = pick(random, [-1, -2, end + 5, random.int(end + 1), random.int(end + 1)]);
    return { kind: 'deleteRecords', topic: this.#topic(), partition, offset: BigInt(offset) };
  }

  // ---- fetch ----------------------------------------------------------------------------------------------

  #fetch(): FetchStep {
    const random = this.#random;
    const count = random.int(this.#partitions.length + 1);
    const partitions = this.#partitions.slice(0, count).map((each) => this.#fetchPartition(each));
    const step = this.#fetchOf(partitions);
    const at = random.int(100);
    if (at < 30) return { ...step, session: 'none' };
    if (at < 50 || this.#sessions.length === 0) return { ...step, session: 'open' };
    const place = this.#sessions.length - 1 - random.int(Math.min(2, this.#sessions.length));
    const opened = this.#sessions[place] as OpenedSession;
    const epoch = opened.epoch + (at < 90 ? 0 : random.int(3) - 1);
    if (!this.#standing.alive.includes(opened.broker)) return { ...step, session: 'open' };
    const forgotten = random.int(3) === 0 ? [pick(random, this.#partitions)] : [];
    if (at === 98) return { ...step, session: { place: 1_000_000, epoch: 1 } };
    if (epoch <= 0) return { ...step, session: 'none' };
    return { ...step, session: { place, epoch }, forgotten };
  }

  #fetchOf(partitions: readonly FetchStepPartition[]): FetchStep {
    const random = this.#random;
    return {
      kind: 'fetch',
      maxWaitMs: pick(random, [0, 0, 1, 3]),
      minBytes: pick(random, [0, 1, 1, 100_000]),
      maxBytes: pick(random, [1, 150, 1_000, 1_000_000]),
      isolationLevel: random.int(2) as 0 | 1,
      session: 'none',
      partitions,
      forgotten: [],
    };
  }

  #fetchPartition(partition: number): FetchStepPartition {
    const random = this.#random;
    const { end } = this.#states.get(partition) as PartitionState;
    const at = random.int(100);
    return {
      topic: at === 0 ? 'unknown' : 'topic',
      partition: at === 1 ? unknownPartition : partition,
      leaderEpoch: this.#leaderEpochNamed(partition),
      offset: this.#offsetNear(end),
      lastEpoch: this.#epochNear(partition),
      bytesMax: pick(random, [1, 90, 150, 1_000, 1_000_000]),
    };
  }

  #offsetNear(end: bigint): bigint {
    const random = this.#random;
    const at = random.int(20);
    if (at === 0) return end + 1n + BigInt(random.int(3));
    if (at === 1) return -1n;
    if (at < 8) return end;
    return BigInt(random.int(Number(end) + 1));
  }

  // ---- the small ones -------------------------------------------------------------------------------------

  #listOffsets(): Request {
    const random = this.#random;
    const written = this.#fromMs + random.int(this.#values + 2);
    const partition = this.#partition();
    return {
      kind: 'listOffsets',
      topic: this.#topic(),
      partition,
      replicaId: pick(random, [-1, -1, 0, 3]),
      isolationLevel: random.int(2) as 0 | 1,
      leaderEpoch: this.#leaderEpochNamed(partition),
      timestamp: pick(random, [-1n, -1n, -2n, BigInt(written)]),
    };
  }

  #describeProducers(): Request {
    const some = this.#random.int(8) === 0 ? [unknownPartition] : [];
    const partitions = [pick(this.#random, this.#partitions), ...some];
    return { kind: 'describeProducers', topic: this.#topic(), partitions };
  }

  #initProducerId(): Request {
    const random = this.#random;
    const transactionalId = pick(random, [undefined, '', 't0', 't1', 't2', 't3', 't4']);
    const held = this.#transactional.get(transactionalId ?? '');
    const at = random.int(10);
    const named = at < 5 || held === undefined ? { id: -1, epoch: -1 } : held;
    const shift = at === 9 ? random.int(3) - 1 : 0;
    return {
      kind: 'initProducerId',
      transactionalId,
      timeoutMs: pick(random, [60_000, 60_000, 60_000, 0, 100_000_000]),
      id: named.id,
      epoch: Math.max(-1, named.epoch + shift),
    };
  }

  #leaderEpoch(): Request {
    const partition = this.#partition();
    return {
      kind: 'offsetForLeaderEpoch',
      topic: this.#topic(),
      partition,
      currentLeaderEpoch: this.#leaderEpochNamed(partition),
      leaderEpoch: pick(this.#random, [this.#epochNear(partition), 7, -1]),
    };
  }

  #topic(): 'topic' | 'unknown' {
    return this.#random.int(20) === 0 ? 'unknown' : 'topic';
  }
  #partition(): number {
    return this.#random.int(20) === 0 ? unknownPartition : pick(this.#random, this.#partitions);
  }
  /** Mostly the present one, or none. */
  #leaderEpochNamed(partition: number): number {
    const epoch = this.#standing.epochOf(partition);
    return pick(this.#random, [-1, -1, epoch, epoch, epoch, epoch, epoch + 1, epoch - 1]);
  }
  /** One that the log may have, or the one after. */
  #epochNear(partition: number): number {
    const epoch = this.#standing.epochOf(partition);
    return pick(this.#random, [-1, -1, epoch, epoch, this.#random.int(epoch + 1), epoch + 1]);
  }
}

const wrapped = (sequence: number): number => {
  const all = sequenceMax + 1;
  return ((sequence % all) + all) % all;
};
