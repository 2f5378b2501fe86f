// Breaks things for a while, several at a time, and mends everything at the end.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import { chooseKind, type FaultKind } from './fault-kinds.ts';
import type { FaultWorld } from './fault-world.ts';

export interface FaultEntry {
  readonly kind: string;
  readonly text: string;
  /** Since the first fault. */
  readonly fromMs: number;
  toMs: number | undefined;
}

export interface BreakOptions {
  readonly kinds: readonly FaultKind[];
  readonly random: Random;
  readonly durationMs: number;
  /** Things broken at once, at most. */
  readonly atOnceMax: number;
  /** How long a fault lasts, at most. */
  readonly faultMsMax: number;
  readonly pauseMsMax: number;
  readonly onFault: (text: string) => void;
  readonly signal?: AbortSignal;
}

const faultMsMin = 500;

/** Resolves when the last fault is mended. Rejects, after that, if something could not be mended. */
export async function breakThings(world: FaultWorld, options: BreakOptions): Promise<FaultEntry[]> {
  const { kinds, random, durationMs, atOnceMax, onFault, signal } = options;
  const entries: FaultEntry[] = [];
  const troubles: string[] = [];
  const broken = new Map<string, Promise<void>>();
  const began = performance.now();
  const elapsedMs = () => Math.round(performance.now() - began);
  const ending = new AbortController();

  while (elapsedMs() < durationMs && troubles.length === 0 && signal?.aborted !== true) {
    const kind = chooseKind(
      kinds.filter(({ thing }) => !broken.has(thing)),
      random,
    );
    if (kind !== undefined && broken.size < atOnceMax) {
      const lastsMs = faultMsMin + random.int(options.faultMsMax - faultMsMin);
      const life = async () => {
        const fromMs = elapsedMs();
        const fault = await kind.begin(world, random);
        const entry: FaultEntry = { kind: kind.name, text: fault.text, fromMs, toMs: undefined };
        entries.push(entry);
        onFault(fault.text);
        await sleep(lastsMs, undefined, { signal: ending.signal }).catch(ignoreAbort);
        await fault.mend();
        entry.toMs = elapsedMs();
        onFault(`mended after ${((entry.toMs - fromMs) / 1_000).toFixed(1)} s: ${fault.text}`);
      };
      const running = life()
        .catch((error: unknown) => void troubles.push(`${kind.name}: ${describeError(error)}`))
        .finally(() => broken.delete(kind.thing));
      broken.set(kind.thing, running);
    }
    await sleep(200 + random.int(options.pauseMsMax));
  }
  ending.abort();
  await Promise.all(broken.values());
  if (troubles.length > 0) throw new Error(`the run itself failed: ${troubles.join('; ')}`);
  return entries;
}

/** The end of the run wakes faults early. */
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
