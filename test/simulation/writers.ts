// Applications at their homes: batches and transactions come to every partition, now often, now seldom.
import { pick, type Random } from '../../src/base/random.ts';
import { Violation } from '../checkers/log-view.ts';
import type { Acts } from './acts.ts';
import type { HomeTopic } from './home-topic.ts';
import type { Regions } from './regions.ts';
import { Writing } from './writing.ts';

/** The most virtual time until every partition can be written again: a broken model, and no broken mirror. */
const leaderMsMax = 120_000;
const deposedMs = 10_000;
/** Writings before the world begins, at most. */
const pastMax = 8;

export class Writers {
  readonly #regions: Regions;
  readonly #acts: Acts;
  #stopped = false;

  constructor(regions: Regions, acts: Acts) {
    this.#regions = regions;
    this.#acts = acts;
  }

  start(): void {
    for (const topic of this.#regions.topics) {
      for (const partition of topic.partitions) this.#write(topic, partition);
    }
  }

  /** Transactions that are still open are ended, until every log is whole and decided. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const { scheduler, topics } = this.#regions;
    // What is written to a leader that is cut off is lost once it is deposed.
    await scheduler.runUntil(scheduler.nowMs + deposedMs);
    const endMs = scheduler.nowMs + leaderMsMax;
    let left = topics.flatMap((topic) => topic.partitions.map((partition) => ({ topic, partition })));
    for (;;) {
      left = left.filter(({ topic, partition }) => !topic.isDecided(partition));
      if (left.length === 0) return;
      if (scheduler.nowMs >= endMs) {
        const names = left.map(({ topic, partition }) => `${topic.name}-${partition}`);
        throw new Violation(`transactions cannot be ended at ${names.join()}`);
      }
      for (const { topic, partition } of left) topic.endTransactions(partition);
      await scheduler.runUntil(scheduler.nowMs + 2_000);
    }
  }

  /** Some of the logs have a past, of which not everything is left. */
  async beginLate(): Promise<void> {
    const { scheduler, topics } = this.#regions;
    for (const topic of topics) {
      const random = this.#acts.randomOf(`past of ${topic.name}`);
      if (random.int(7) > 2) continue;
      for (const partition of topic.partitions) {
        const count = 1 + random.int(pastMax);
        for (let serial = 1; serial <= count; serial += 1) {
          const name = `past of ${topic.name}-${partition} #${serial}`;
          this.#acts.post(name, 0, (each) => {
            topic.write(partition, [1 + each.int(4)], new Writing(name, serial, topic.shape, each));
          });
        }
        const left = random.int(count + 1);
        this.#acts.post(`trim ${topic.name}-${partition}`, 100, () => topic.trim(partition, left));
      }
    }
    await scheduler.runUntil(scheduler.nowMs + 200);
  }

  #write(topic: HomeTopic, partition: number): void {
    const pauseMs = (random: Random) =>
      this.#stopped ? undefined : random.int(pick(random, [20, 200, 2_000]));
    this.#acts.repeat(`write ${topic.name}-${partition}`, pauseMs, (random, name, count) => {
      if (this.#stopped) return;
      const counts = Array.from({ length: 1 + random.int(3) }, () => 1 + random.int(4));
      const writing = new Writing(name, pastMax + count, topic.shape, random);
      if (random.int(2) === 0) topic.writeTransactions(partition, writing);
      else topic.write(partition, counts, writing);
    });
  }
}
