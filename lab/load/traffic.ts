// Produces records at a rate, and goes on through whatever happens to the brokers: a send that fails is
// tried again, with a new client.
import { Producer } from '@platformatic/kafka';
import type { Clock } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import { brokerWords } from '../broker-words.ts';
import type { LoadOrder, LoadReport } from './load-messages.ts';
import { Pace } from './pace.ts';
import { type MadeRecord, RecordSource } from './records.ts';

const sendsInFlightMax = 8;
const sendBytesMax = 800_000;
const recordOverheadBytes = 100;
const retryDelayMs = 300;
const requestMsMax = 10_000;
const ratePeriodMs = 5_000;
const acksNumber = { all: -1, '1': 1, '0': 0 } as const;

export interface TrafficParts extends LoadOrder {
  readonly clock: Clock;
  readonly random: Random;
}

export class Traffic {
  readonly #parts: TrafficParts;
  readonly #source: RecordSource;
  #producer: Producer | undefined;
  #sends = 0;
  #records = 0;
  #bytes = 0;
  #retries = 0;
  #lastError: string | undefined;
  #milestones: { readonly atMs: number; readonly records: number }[] = [];

  constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.#source = new RecordSource(parts.settings, parts.random);
  }

  /** Goes on until the signal aborts; then waits for nothing. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#parts;
    const pace = new Pace(settings.recordsPerSecond, clock.monotonicMs());
    // All of a send may go to one partition, in one batch, which brokers take up to 1 MB of.
    const recordsPerSendMax = Math.max(
      1,
      Math.floor(sendBytesMax / (settings.recordBytes + recordOverheadBytes)),
    );
    while (!signal.aborted) {
      await clock.sleep(settings.lingerMs);
      // What is due while all sends are under way stays due, within the bounds of the pace.
      while (this.#sends < sendsInFlightMax) {
        const count = pace.take(clock.monotonicMs(), recordsPerSendMax);
        if (count === 0) break;
        this.#startSend(count, signal);
      }
    }
  }

  #startSend(count: number, signal: AbortSignal): void {
    this.#sends += 1;
    this.#send(this.#source.take(count, this.#parts.clock.wallMs()), signal).then(
      () => {
        this.#sends -= 1;
      },
      (error: unknown) => {
        this.#sends -= 1;
        this.#lastError = brokerWords(error);
      },
    );
  }

  report(): LoadReport {
    const nowMs = this.#parts.clock.monotonicMs();
    this.#milestones.push({ atMs: nowMs, records: this.#records });
    this.#milestones = this.#milestones.filter(({ atMs }) => atMs >= nowMs - ratePeriodMs);
    const [first] = this.#milestones;
    const seconds = first === undefined ? 0 : (nowMs - first.atMs) / 1000;
    return {
      records: this.#records,
      bytes: this.#bytes,
      recordsPerSecond: seconds <= 0 ? 0 : (this.#records - (first?.records ?? 0)) / seconds,
      retries: this.#retries,
      lastError: this.#lastError,
    };
  }

  async #send(records: readonly MadeRecord[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#producer ??= this.#newProducer();
      const producer = this.#producer;
      try {
        await producer.send({ messages: [...records] });
        this.#lastError = undefined;
        this.#records += records.length;
        this.#bytes += records.reduce((sum, { key, value }) => sum + value.length + (key?.length ?? 0), 0);
        return;
      } catch (error) {
        this.#retries += 1;
        this.#lastError = brokerWords(error);
        this.#abandon(producer);
      }
      await this.#parts.clock.sleep(retryDelayMs);
    }
  }

  // It may hold connections to brokers that are gone, and metadata from before.
  #abandon(producer: Producer): void {
    if (this.#producer !== producer) return;
    this.#producer = undefined;
    producer.close().catch((error: unknown) => {
      this.#lastError = brokerWords(error);
    });
  }

  #newProducer(): Producer {
    const { settings, bootstrapServers } = this.#parts;
    return new Producer({
      clientId: 'causeway-lab-load',
      bootstrapBrokers: bootstrapServers.split(','),
      compression: settings.codec,
      acks: acksNumber[settings.acks],
      retries: 0,
      connectTimeout: 2_000,
      requestTimeout: requestMsMax,
      timeout: requestMsMax,
    });
  }
}
