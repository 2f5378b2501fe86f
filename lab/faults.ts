// What can go wrong with brokers, done on purpose, and undone. All of a region, or one broker by its number.
import { CausewayError } from '../src/base/errors.ts';
import type { Broker } from './broker.ts';
import type { Region } from './region.ts';

export class Faults {
  readonly #region: (name: string) => Region;

  constructor(region: (name: string) => Region) {
    this.#region = region;
  }

  /** kill -9; resolves when the processes are gone. */
  async kill(region: string, broker?: number): Promise<void> {
    await Promise.all(this.#chosen(region, broker).map((one) => one.kill()));
  }

  /** Freezes the processes (SIGSTOP). */
  pause(region: string, broker?: number): void {
    for (const one of this.#chosen(region, broker)) one.pause();
  }

  resume(region: string, broker?: number): void {
    for (const one of this.#chosen(region, broker)) one.resume();
  }

  /** Starts what is dead; resolves when it is registered again. */
  async start(region: string, broker?: number): Promise<void> {
    const dead = this.#chosen(region, broker).filter((one) => one.state === 'dead');
    await Promise.all(dead.map((one) => one.start()));
    await this.#region(region).ready(dead);
  }

  /** Orderly stop and start. */
  async restart(region: string, broker?: number): Promise<void> {
    await Promise.all(this.#chosen(region, broker).map((one) => one.stop()));
    await this.start(region, broker);
  }

  /** Undoes pauses and deaths of a region. */
  async heal(region: string, broker?: number): Promise<void> {
    this.resume(region, broker);
    await this.start(region, broker);
  }

  #chosen(regionName: string, broker: number | undefined): readonly Broker[] {
    const { brokers } = this.#region(regionName);
    if (broker === undefined) return brokers;
    const found = brokers.find((one) => one.plan.nodeId === broker);
    if (found) return [found];
    throw new CausewayError(
      'CW-5011',
      `region ${regionName} has no broker ${broker}; it has 1 to ${brokers.length}`,
      { region: regionName, broker },
    );
  }
}
