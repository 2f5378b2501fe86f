// What can go wrong with brokers, done on purpose, and undone. All of a region, or one broker by its number.
import { CausewayError } from '../src/base/errors.ts';
import type { Broker } from './broker.ts';
import type { KafkaJars } from './jars.ts';
import type { FaultKind } from './lab-types.ts';
import type { Region } from './region.ts';
import type { Wan } from './wan/wan.ts';

interface FaultParts {
  readonly region: (name: string) => Region;
  readonly wan: () => Wan;
  readonly hasWan: () => boolean;
}

export class Faults {
  readonly #parts: FaultParts;

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  /** Does one of them by its name; resolves when it has taken effect. */
  async inject(kind: FaultKind, region: string, broker?: number): Promise<void> {
    switch (kind) {
      case 'kill':
        return this.kill(region, broker);
      case 'pause':
        return this.pause(region, broker);
      case 'isolate':
        return this.isolate(region, broker);
      case 'restart':
        return this.restart(region, broker);
      case 'heal':
        return this.heal(region, broker);
    }
  }

  /** kill -9; resolves when the processes are gone. */
  async kill(region: string, broker?: number): Promise<void> {
    await Promise.all(this.#chosen(region, broker).map((one) => one.kill()));
  }

  /** Freezes the processes (SIGSTOP): connections stay open and nothing answers. */
  pause(region: string, broker?: number): void {
    for (const one of this.#chosen(region, broker)) one.pause();
  }

  resume(region: string, broker?: number): void {
    for (const one of this.#chosen(region, broker)) one.resume();
  }

  /**
   * Cuts off from all other regions, as a black hole does: nothing passes in either direction, connections
   * stay open, and what was under way arrives when it is healed. Within the region everybody still reaches
   * everybody: brokers speak to each other, and to clients of their own region, directly.
   */
  async isolate(region: string, broker?: number): Promise<void> {
    this.#chosen(region, broker);
    await this.#parts.wan().isolate(region, broker);
  }

  /** Starts what is dead; resolves when it is registered again. */
  async start(region: string, broker?: number): Promise<void> {
    const dead = this.#chosen(region, broker).filter((one) => one.state === 'dead');
    await Promise.all(dead.map((one) => one.start()));
    await this.#parts.region(region).ready(dead);
  }

  /**
   * Orderly stop and start, one broker after the other, so that three of them never lose their quorum; in
   * another version where its jars are given.
   */
  async restart(region: string, broker?: number, jars?: KafkaJars): Promise<void> {
    for (const one of this.#chosen(region, broker)) {
      await (jars === undefined ? one.stop() : one.stopForVersion(jars));
      await one.start();
      await this.#parts.region(region).ready([one]);
    }
  }

  /** Undoes pauses, deaths and isolation, and joins the region's links again where they were cut. */
  async heal(region: string, broker?: number): Promise<void> {
    this.resume(region, broker);
    if (this.#parts.hasWan()) {
      if (broker === undefined) await this.#parts.wan().healAll(region);
      else await this.#parts.wan().join(region, broker);
    }
    await this.start(region, broker);
  }

  #chosen(regionName: string, broker: number | undefined): readonly Broker[] {
    const { brokers } = this.#parts.region(regionName);
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
