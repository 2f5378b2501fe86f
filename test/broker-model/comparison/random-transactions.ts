// Random steps of applications with transactions: mostly right ones, mixed with old epochs, partitions that
// were not added, ends that do not fit, and new holders in the middle of a transaction.
import { pick, type Random } from '../../../src/base/random.ts';
import type { Answer } from './side.ts';
import type { Standing } from './standing.ts';
import type { Request, Step } from './steps.ts';

/** Produce as far as it is decided here; the rest is the caller's. */
export interface TransactionalStep {
  readonly kind: 'produce';
  readonly transactionalId: string;
  readonly partition: number;
  readonly id: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly values: readonly undefined[];
}

interface Application {
  readonly transactionalId: string;
  id: number;
  epoch: number;
  /** Partitions of the open transaction. */
  open: Set<number>;
  /** Fenced by its own successor, which has no epoch yet. */
  stale: boolean;
  /** Next sequence in each partition, in the present epoch. */
  readonly next: Map<number, number>;
}

const names = ['x0', 'x1', 'x2'];

export class RandomTransactions {
  readonly #random: Random;
  readonly #partitions: readonly number[];
  readonly #standing: Standing;
  readonly #applications: readonly Application[];
  #awaited: string | undefined;

  constructor(random: Random, partitions: readonly number[], standing: Standing) {
    this.#random = random;
    this.#standing = standing;
    this.#partitions = partitions;
    this.#applications = names.map((transactionalId) => ({
      transactionalId,
      id: -1,
      epoch: -1,
      open: new Set<number>(),
      stale: false,
      next: new Map<number, number>(),
    }));
  }

  /** After a transaction's end everything waits until its markers are written. */
  awaited(): Request | undefined {
    const transactionalId = this.#awaited;
    this.#awaited = undefined;
    if (transactionalId === undefined) return undefined;
    return { kind: 'describeTransaction', transactionalId, settled: true };
  }

  next(): Exclude<Request, { kind: 'produce' }> | TransactionalStep {
    const random = this.#random;
    const application = pick(random, this.#applications);
    const { transactionalId, open } = application;
    const at = random.int(100);
    if (at < 4) {
      const name = pick(random, [transactionalId, transactionalId, 'unknown', '']);
      return { kind: 'describeTransaction', transactionalId: name, settled: false };
    }
    // Its markers would be tried again and again, and the end of it waited for, until brokers are back.
    const mayEnd = [...open].every((each) => this.#standing.takesWrites(each));
    const isInit = application.id < 0 || at < (application.stale ? 60 : 10);
    if (isInit && mayEnd) return this.#init(application);
    if (open.size === 0 ? at < 70 : at < 20) return this.#add(application);
    if (open.size > 0 && at >= 75 && mayEnd) return this.#end(application);
    if (open.size === 0 && at >= 95) return this.#end(application);
    return this.#produce(application);
  }

  learn(step: Step, answer: Answer): void {
    const error = answer['error'];
    if (step.kind === 'produce' && step.transactionalId !== undefined) {
      const application = this.#find(step.transactionalId);
      if (error === 'NONE') application?.next.set(step.partition, step.sequence + step.values.length);
      return;
    }
    if (!('transactionalId' in step) || step.transactionalId === undefined) return;
    const application = this.#find(step.transactionalId);
    if (application === undefined) return;
    if (step.kind === 'initProducerId') this.#learnInit(application, answer);
    if (step.kind === 'addPartitionsToTxn' && error === 'NONE') {
      for (const partition of step.partitions) application.open.add(partition);
    }
    if (step.kind === 'endTxn' && error === 'NONE') {
      application.open.clear();
      this.#awaited = application.transactionalId;
    }
  }

  #learnInit(application: Application, answer: Answer): void {
    if (answer['error'] === 'CONCURRENT_TRANSACTIONS') {
      application.open.clear();
      application.stale = true;
      this.#awaited = application.transactionalId;
    }
    if (answer['error'] !== 'NONE') return;
    const { id, epoch } = answer as { id: number; epoch: number };
    if (id !== application.id || epoch !== application.epoch) application.next.clear();
    Object.assign(application, { id, epoch, stale: false });
    application.open.clear();
  }

  #find(transactionalId: string): Application | undefined {
    return this.#applications.find((each) => each.transactionalId === transactionalId);
  }

  /** The holder's id and epoch, sometimes an older or a later one. */
  #named({ id, epoch }: Application): { id: number; epoch: number } {
    const at = this.#random.int(20);
    if (at === 0) return { id, epoch: Math.max(0, epoch - 1) };
    if (at === 1) return { id, epoch: epoch + 1 };
    return at === 2 ? { id: 950, epoch } : { id, epoch };
  }

  #init(application: Application): Request & { kind: 'initProducerId' } {
    const { transactionalId } = application;
    const unnamed = application.id < 0 || this.#random.int(3) > 0;
    const named = unnamed ? { id: -1, epoch: -1 } : this.#named(application);
    return { kind: 'initProducerId', transactionalId, timeoutMs: 900_000, ...named };
  }

  #add(application: Application): Request & { kind: 'addPartitionsToTxn' } {
    const random = this.#random;
    const count = 1 + random.int(2);
    const from = random.int(this.#partitions.length - count + 1);
    const unknown = random.int(15) === 0 ? [100_000] : [];
    return {
      kind: 'addPartitionsToTxn',
      transactionalId: application.transactionalId,
      ...this.#named(application),
      partitions: [...this.#partitions.slice(from, from + count), ...unknown],
    };
  }

  #end(application: Application): Request & { kind: 'endTxn' } {
    const { transactionalId } = application;
    const committed = this.#random.int(2) === 0;
    return { kind: 'endTxn', transactionalId, ...this.#named(application), committed };
  }

  #produce(application: Application): TransactionalStep {
    const random = this.#random;
    const added = [...application.open];
    const inside = added.length > 0 && random.int(8) > 0;
    const partition = pick(random, inside ? added : this.#partitions);
    const next = application.next.get(partition) ?? 0;
    const sequence = Math.max(0, next + (random.int(8) === 0 ? random.int(5) - 2 : 0));
    const values = Array.from({ length: 1 + random.int(3) }, () => undefined);
    const { transactionalId } = application;
    return { kind: 'produce', transactionalId, partition, ...this.#named(application), sequence, values };
  }
}
