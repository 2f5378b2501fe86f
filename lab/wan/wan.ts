// The WAN between the regions of a lab: settings of its links, changed while everything runs. The bytes pass
// through a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CausewayError } from '../../src/base/errors.ts';
import type { CutMode, LinkChange, LinkStatus, PathSettings } from '../lab-types.ts';
import { labMark } from '../process-table.ts';
import { changePath, checkChange, plainPath } from './settings.ts';
import type { CrossingPlan, NumberedRequest, PathBytes, WanAnswer, WanRequest } from './wan-messages.ts';

export interface WanPlan {
  readonly labId: string;
  readonly regions: readonly string[];
  readonly crossings: readonly CrossingPlan[];
  readonly logFile: string;
}

export interface WanChangeOptions {
  /** Only the direction from → to; else both. */
  readonly oneWay?: boolean;
}

interface Waiting {
  readonly resolve: (bytes: readonly PathBytes[]) => void;
  readonly reject: (error: Error) => void;
}

export class Wan {
  readonly #plan: WanPlan;
  readonly #child: ChildProcess;
  readonly #settings = new Map<string, PathSettings>();
  /** Regions, and brokers as `region/number`. */
  readonly #isolated = new Set<string>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #end: 'none' | 'closing' | 'failed' = 'none';

  private constructor(plan: WanPlan) {
    this.#plan = plan;
    for (const [from, to] of this.#pairs()) this.#settings.set(keyOf(from, to), plainPath);
    const log = openSync(plan.logFile, 'a');
    const program = fileURLToPath(new URL('wan-program.ts', import.meta.url));
    this.#child = spawn(process.execPath, [program, labMark(plan.labId)], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    this.#child.on('message', (answer: WanAnswer) => this.#onAnswer(answer));
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#onEnd(error.message);
        resolve();
      });
      this.#child.once('exit', (code, signal) => {
        this.#onEnd(signal === null ? `exit code ${code ?? '?'}` : `ended by ${signal}`);
        resolve();
      });
    });
  }

  /** Resolves when all its listeners are open, without delay or limit yet. Throws CW-5015. */
  static async start(plan: WanPlan): Promise<Wan> {
    const wan = new Wan(plan);
    try {
      await wan.#ask({ ask: 'open', crossings: plan.crossings });
      return wan;
    } catch (error) {
      await wan.close();
      throw error;
    }
  }

  /** One direction, as it was set; a region's isolation is not in it. Throws CW-5011. */
  settings(from: string, to: string): PathSettings {
    const found = this.#settings.get(keyOf(from, to));
    if (found) return found;
    throw new CausewayError(
      'CW-5011',
      `the lab has no link ${from} -> ${to}; its regions are ${this.#plan.regions.join(', ')}`,
      { from, to },
    );
  }

  /**
   * Changes a link, both directions unless `oneWay`. A round trip is given for the whole link: each
   * direction takes half. Resolves when it has taken effect. Throws CW-5011 (region), CW-5014 (value),
   * CW-5015.
   */
  async set(from: string, to: string, change: LinkChange, options: WanChangeOptions = {}): Promise<void> {
    checkChange(change);
    const changed = directions(from, to, options).map(
      ([a, b]) => [keyOf(a, b), changePath(this.settings(a, b), change)] as const,
    );
    for (const [key, settings] of changed) this.#settings.set(key, settings);
    await this.#send();
  }

  /**
   * `hold` unless given: nothing passes and nobody is told. `reset`: connections are destroyed and refused.
   */
  cut(from: string, to: string, mode: CutMode = 'hold', options: WanChangeOptions = {}): Promise<void> {
    return this.set(from, to, { cut: mode }, options);
  }

  /** Joins a link again, both directions unless `oneWay`. */
  heal(from: string, to: string, options: WanChangeOptions = {}): Promise<void> {
    return this.set(from, to, { cut: null }, options);
  }

  /** Joins all links of a region, or all there are, and ends their isolation. */
  async healAll(region?: string): Promise<void> {
    for (const [from, to] of this.#pairs()) {
      if (region !== undefined && region !== from && region !== to) continue;
      this.#settings.set(keyOf(from, to), { ...this.settings(from, to), cut: null });
    }
    for (const name of this.#isolated) {
      if (region === undefined || name === region || name.startsWith(`${region}/`))
        this.#isolated.delete(name);
    }
    await this.#send();
  }

  /**
   * Cuts a region, or one of its brokers, off from all other regions: nothing passes either way, and nobody
   * is told. Within the region everybody still reaches everybody, and clients there reach all of its
   * brokers.
   */
  async isolate(region: string, broker?: number): Promise<void> {
    this.#isolated.add(nameOf(region, broker));
    await this.#send();
  }

  /** Ends the isolation of a region, or of one broker. */
  async join(region: string, broker?: number): Promise<void> {
    this.#isolated.delete(nameOf(region, broker));
    await this.#send();
  }

  isIsolated(region: string, broker?: number): boolean {
    return this.#isolated.has(nameOf(region, broker));
  }

  /** Every direction as it acts now, isolation included. Throws CW-5015. */
  async status(): Promise<LinkStatus[]> {
    const bytes = await this.#ask({ ask: 'bytes' });
    return this.#pairs().map(([from, to]) => ({
      from,
      to,
      ...this.#acting(from, to),
      bytes: bytes.find((one) => one.from === from && one.to === to)?.bytes ?? 0,
    }));
  }

  /** Ends the process. Idempotent. */
  async close(): Promise<void> {
    if (this.#end === 'none') this.#end = 'closing';
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #pairs(): (readonly [string, string])[] {
    const { regions } = this.#plan;
    return regions.flatMap((from) => regions.filter((to) => to !== from).map((to) => [from, to] as const));
  }

  #acting(from: string, to: string): PathSettings {
    const settings = this.settings(from, to);
    const isolated = this.#isolated.has(from) || this.#isolated.has(to);
    return isolated && settings.cut === null ? { ...settings, cut: 'hold' } : settings;
  }

  async #send(): Promise<void> {
    const paths = this.#pairs().map(([from, to]) => ({ from, to, settings: this.#acting(from, to) }));
    const held = [...this.#isolated]
      .map((name) => name.split('/'))
      .filter((words) => words.length === 2)
      .map(([region, broker]) => ({ region: region as string, broker: Number(broker) }));
    await this.#ask({ ask: 'set', paths, held });
  }

  #ask(request: WanRequest): Promise<readonly PathBytes[]> {
    if (this.#end !== 'none') return Promise.reject(this.#error('has ended'));
    this.#lastId += 1;
    const numbered: NumberedRequest = { id: this.#lastId, request };
    return new Promise((resolve, reject) => {
      this.#waiting.set(numbered.id, { resolve, reject });
      this.#child.send(numbered, (error) => {
        if (error !== null) this.#waiting.get(numbered.id)?.reject(this.#error(error.message));
      });
    });
  }

  #onAnswer(answer: WanAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.bytes);
    else waiting?.reject(this.#error(answer.message));
  }

  #onEnd(how: string): void {
    const expected = this.#end === 'closing';
    if (!expected) {
      this.#end = 'failed';
      process.emitWarning(this.#error(how).message);
    }
    for (const { reject } of this.#waiting.values()) reject(this.#error(how));
    this.#waiting.clear();
  }

  #error(how: string): CausewayError {
    return new CausewayError(
      'CW-5015',
      `the process of the emulated WAN of lab ${this.#plan.labId}: ${how}; its log: ${this.#plan.logFile}`,
    );
  }
}

const keyOf = (from: string, to: string) => `${from}->${to}`;
const nameOf = (region: string, broker?: number) => (broker === undefined ? region : `${region}/${broker}`);

const directions = (from: string, to: string, { oneWay = false }: WanChangeOptions) =>
  oneWay ? [[from, to] as const] : [[from, to] as const, [to, from] as const];
