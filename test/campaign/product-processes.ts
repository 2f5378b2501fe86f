// The processes of the product in the campaign: a controller and workers, each in its place, with the
// campaign's watch preloaded. Who has gone by itself is noticed, and started again.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServeProcess } from '../fault/causeway-command.ts';
import { targetRegion } from './topic-roles.ts';
import { eventsVariable, type Order, type WireEvent } from './wire/wire-orders.ts';

const preload = pathToFileURL(path.join(import.meta.dirname, 'wire', 'preload.ts')).href;
const heapMb = 256;

export type Place = 'controller' | `worker ${number}`;
/** Whoever is there may not alter the cluster, and fills holes by way of the coordinator. */
export const ordinaryPlaces: ReadonlySet<Place> = new Set(['worker 0', 'worker 1']);

interface Occupied {
  readonly process: ServeProcess;
  readonly eventsFile: string;
  /** Bytes of its file that have been read. */
  read: number;
}

export interface ProcessParts {
  readonly folder: string;
  /** Whether it may alter the target’s cluster. */
  readonly topologyFile: (isOrdinary: boolean) => string;
  readonly onEvent: (event: WireEvent) => void;
}

export class ProductProcesses implements AsyncDisposable {
  readonly #parts: ProcessParts;
  readonly #places = new Map<Place, Occupied>();
  readonly #former: Occupied[] = [];
  #started = 0;
  #orders = 0;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
  }

  get workers(): Place[] {
    return [...this.#places.keys()].filter((place) => place !== 'controller');
  }

  at(place: Place): ServeProcess {
    const found = this.#places.get(place);
    if (found === undefined) throw new Error(`nobody is at ${place}`);
    return found.process;
  }

  /** In the place of whoever was there. */
  start(place: Place): void {
    const former = this.#places.get(place);
    if (former !== undefined) this.#former.push(former);
    this.#started += 1;
    const role = place === 'controller' ? 'controller' : 'worker';
    const name = `${role}-${this.#started}`;
    const eventsFile = path.join(this.#parts.folder, `${name}.events`);
    const process = new ServeProcess({
      region: targetRegion,
      name,
      role,
      topologyFile: this.#parts.topologyFile(ordinaryPlaces.has(place)),
      logFile: path.join(this.#parts.folder, `${name}.log`),
      nodeFlags: [`--max-old-space-size=${heapMb}`, '--import', preload],
      env: { [eventsVariable]: eventsFile },
    });
    this.#places.set(place, { process, eventsFile, read: 0 });
  }

  /** Tells whoever is there; returns the order's number, which its hits name. */
  order(place: Place, order: Omit<Extract<Order, { campaign: 'at point' }>, 'id' | 'campaign'>): number {
    this.#orders += 1;
    this.#tell(place, { ...order, campaign: 'at point', id: this.#orders });
    return this.#orders;
  }

  #tell(place: Place, order: Order): void {
    this.at(place).tell(order);
  }

  /** Orders that were not carried out are none any more. */
  forgetOrders(place: Place): void {
    this.#tell(place, { campaign: 'no more points' });
  }

  useUpMemory(place: Place): void {
    this.#tell(place, { campaign: 'use up memory' });
  }

  /** Passes on what processes have written down since the last time. */
  readEvents(): void {
    for (const occupied of [...this.#former, ...this.#places.values()]) {
      if (!existsSync(occupied.eventsFile)) continue;
      const text = readFileSync(occupied.eventsFile, 'latin1').slice(occupied.read);
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      occupied.read += whole.length;
      for (const line of whole.split('\n').filter(Boolean))
        this.#parts.onEvent(JSON.parse(line) as WireEvent);
    }
  }

  /** Thaws and starts until everybody lives; for the end of a round. */
  restore(): void {
    for (const [place, { process }] of this.#places) {
      if (process.alive) process.thaw();
      else this.start(place);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#former, ...this.#places.values()];
    await Promise.all(all.map(({ process }) => process.kill()));
  }
}
