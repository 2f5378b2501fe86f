// One round: faults for a while, singly and combined, then all is mended, the copies become level, and the
// checkers judge.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import { Violation } from '../checkers/log-view.ts';
import type { StopReason } from '../checkers/stop-checker.ts';
import type { CampaignWorld } from './campaign-world.ts';
import type { FaultKind, OpenFault } from './faults/fault-kind.ts';
import { judgeRound, type RoundVerdict } from './judge-round.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { awaitLevel } from './leveling.ts';
import { ProgressWatch } from './progress-watch.ts';
import { chooseKind } from './swarm.ts';

export interface FaultEntry {
  readonly kind: string;
  readonly text: string;
  /** Since the run began. */
  readonly fromMs: number;
  toMs: number | undefined;
  tookEffect: boolean;
}

export interface RoundReport extends RoundVerdict {
  readonly number: number;
  readonly faultsMs: number;
  /** From the last heal on. */
  readonly levelMs: number | undefined;
}

export interface RoundParts {
  readonly number: number;
  readonly random: Random;
  readonly kinds: readonly FaultKind[];
  readonly faultsMs: number;
  readonly atOnceMax: number;
  /** How often each kind was begun so far; grows. */
  readonly begun: Map<string, number>;
  /** All of the run; grows. */
  readonly entries: FaultEntry[];
  readonly reasons: StopReason[];
  readonly elapsedMs: () => number;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal;
}

const lastsMsMin = 500;
const lastsMsMax = 9_000;
const pauseMsMax = 1_000;

interface Open {
  readonly kind: FaultKind;
  readonly fault: OpenFault;
  readonly entry: FaultEntry;
}

export class Round {
  readonly #world: CampaignWorld;
  readonly #parts: RoundParts;
  readonly #held = new Set<string>();
  /** To be mended when all others are. */
  readonly #last: Open[] = [];
  readonly #violations: string[] = [];
  readonly #ending = new AbortController();
  #underWay = 0;
  #long = 0;

  constructor(world: CampaignWorld, parts: RoundParts) {
    this.#world = world;
    this.#parts = parts;
  }

  async run(): Promise<RoundReport> {
    const { number, faultsMs, say } = this.#parts;
    const progress = new ProgressWatch(this.#world, this.#held);
    await this.#break();
    this.#violations.push(...(await progress.stop()));
    this.#world.processes.restore();
    for (const open of this.#last) await this.#mendLast(open);
    this.#world.processes.restore();
    const healedAtMs = performance.now();
    say('all mended');
    await this.#world.loads.pause();
    const levelMs = await this.#level(healedAtMs);
    this.#world.processes.readEvents();
    const verdict = await judgeRound(this.#world, this.#parts.reasons);
    const violations = [...this.#violations, ...verdict.violations];
    for (const violation of violations) say(`VIOLATION ${violation}`);
    const level = ((levelMs ?? 0) / 1_000).toFixed(1);
    say(
      `round ${number}: level after ${level} s, ${verdict.records} records and ` +
        `${verdict.fillers} fillers at their places, ${verdict.seen} seen by readers`,
    );
    this.#world.loads.resume();
    return { ...verdict, violations, number, faultsMs, levelMs };
  }

  async #level(healedAtMs: number): Promise<number | undefined> {
    try {
      return await awaitLevel(this.#world, healedAtMs);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#violations.push(`level: ${error.message}`);
      return undefined;
    }
  }

  async #break(): Promise<void> {
    const { random, kinds, faultsMs, atOnceMax, begun, signal } = this.#parts;
    const beganMs = performance.now();
    const running = new Set<Promise<void>>();
    const troubles: string[] = [];
    const lasts = () => {
      const passedMs = performance.now() - beganMs;
      // Others come and go while one of a given length is under way.
      return passedMs < faultsMs || (this.#long > 0 && passedMs < faultsMs * 2);
    };
    while (lasts() && troubles.length === 0 && signal?.aborted !== true) {
      const hasRoom = this.#underWay < atOnceMax;
      const kind = hasRoom ? chooseKind(kinds, this.#held, random, begun) : undefined;
      if (kind !== undefined) {
        const life = this.#live(kind)
          .catch((error: unknown) => void troubles.push(describeError(error)))
          .finally(() => running.delete(life));
        running.add(life);
      }
      await sleep(200 + random.int(pauseMsMax));
    }
    this.#ending.abort();
    await Promise.all(running);
    if (troubles.length > 0) throw new Error(troubles.join('; '));
  }

  async #live(kind: FaultKind): Promise<void> {
    const { random, faultsMs, begun, entries, elapsedMs, say } = this.#parts;
    const { things, name } = kind;
    const [leastMs, mostMs] = kind.lastsMs ?? [lastsMsMin, lastsMsMax];
    const lastsMs = leastMs + random.int(mostMs - leastMs);
    for (const thing of things) this.#held.add(thing);
    this.#underWay += 1;
    const isLong = leastMs > faultsMs / 2;
    if (isLong) this.#long += 1;
    let kept: readonly string[] = [];
    try {
      begun.set(name, (begun.get(name) ?? 0) + 1);
      const fromMs = elapsedMs();
      const fault = await this.#begin(kind);
      if (fault === undefined) return;
      const entry: FaultEntry = { kind: name, text: fault.text, fromMs, toMs: undefined, tookEffect: false };
      entries.push(entry);
      say(fault.text);
      if (fault.reason !== undefined) this.#parts.reasons.push(fault.reason);
      if (kind.isLast === true) {
        kept = fault.things ?? things;
        this.#last.push({ kind, fault, entry });
        return;
      }
      // The end of the faults wakes them early, but for those whose length is their point.
      const options = kind.lastsMs === undefined ? { signal: this.#ending.signal } : {};
      await sleep(lastsMs, undefined, options).catch(ignoreAbort);
      await this.#mend({ kind, fault, entry });
    } finally {
      this.#underWay -= 1;
      if (isLong) this.#long -= 1;
      for (const thing of things) if (!kept.includes(thing)) this.#held.delete(thing);
    }
  }

  /** Among other faults one may not come about. */
  async #begin(kind: FaultKind): Promise<OpenFault | undefined> {
    try {
      return await kind.begin(this.#world, this.#parts.random);
    } catch (error) {
      this.#parts.say(`${kind.name} did not come about: ${describeError(error)}`);
      return undefined;
    }
  }

  async #mend({ kind, fault, entry }: Open): Promise<void> {
    const { elapsedMs, say } = this.#parts;
    try {
      const before = await fault.tookEffect();
      await this.#undo(kind, fault);
      entry.tookEffect = before || (await fault.tookEffect());
    } catch (error) {
      throw new Error(`${kind.name} could not be mended: ${describeError(error)}`, { cause: error });
    }
    entry.toMs = elapsedMs();
    const effect = entry.tookEffect ? '' : ' (without effect)';
    say(`mended after ${((entry.toMs - entry.fromMs) / 1_000).toFixed(1)} s${effect}: ${fault.text}`);
  }

  /** An administrator tries again while the cluster is broken in other ways. */
  async #undo({ name, family, isLast = false }: FaultKind, fault: OpenFault): Promise<void> {
    if (family !== 'Kafka' || isLast) return fault.mend();
    const isMended = async () => {
      await fault.mend();
      return true;
    };
    await waitUntil(`${name} to be mended`, isMended, { pollMs: 500 });
  }

  /** A copy that does not stop, or is not copied anew, is the product's fault. */
  async #mendLast(open: Open): Promise<void> {
    try {
      await this.#mend(open);
    } catch (error) {
      this.#violations.push(describeError(error));
    }
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
