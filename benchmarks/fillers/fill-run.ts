// One run: a contender fills a target that is empty, and how fast it does.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Runner } from '../contenders/contender.ts';
import { engine } from '../contenders/engine.ts';
import { steadyWindow } from '../measure/steady-window.ts';
import { watch } from '../measure/work-run.ts';
import type { Rig } from '../rig/rig.ts';
import { usualShape } from '../rig/shapes.ts';
import type { PartName } from './options.ts';

/** The rest is the start, and the end of the copy. */
const openShare = 0.05;
const closeShare = 0.96;

export interface FillResult {
  readonly part: PartName;
  readonly round: number;
  /** That are filled. */
  readonly offsets: number;
  /** From the start of Causeway until the record behind the last filled offset is at the target. */
  readonly seconds: number;
  /** Steadily; undefined where it went too fast to say. */
  readonly perSecond: number | undefined;
  readonly cpuSecondsPerMillion: number | undefined;
  readonly memoryBytesMax: number;
}

export interface FillPlan {
  readonly part: PartName;
  readonly round: number;
  readonly offsets: number;
  /** Of the source's log. */
  readonly end: number;
}

/** Throws where the copy does not end as its source does. */
export async function runFill(plan: FillPlan, start: () => Promise<Runner>): Promise<FillResult> {
  const { part, round, offsets, end } = plan;
  const startMs = performance.now();
  await using runner = await start();
  const { samples, memoryBytesMax } = await watch(runner, end, { ms: 0, share: 0 }, Number.POSITIVE_INFINITY);
  const last = samples.at(-1);
  if (last === undefined || last.records !== end) {
    throw new Error(`${part}: the copy ends at ${last?.records}, its source at ${end}`);
  }
  const steady = steadyWindow(samples, { recordsAll: end, openShare, warmMs: 0, closeShare });
  const found = 'none' in steady ? undefined : steady;
  return {
    part,
    round,
    offsets,
    seconds: (last.atMs - startMs) / 1000,
    perSecond: found && found.records / found.seconds,
    cpuSecondsPerMillion: found && (found.cpuSeconds / found.records) * 1e6,
    memoryBytesMax,
  };
}

/** The data plane in a process of its own, on one partition. */
export function startEngine(
  rig: Rig,
  topic: string,
  end: number,
  profileFolder: string | undefined,
): Promise<Runner> {
  const folder = join(rig.folder, topic);
  mkdirSync(folder, { recursive: true });
  const loaded = { topic, partitions: 1, records: end, offsets: end, bytes: 0 };
  const sourceServers = rig.source.bootstrapServers;
  return engine({ profileFolder }).start({ rig, shape: usualShape, loaded, sourceServers, folder });
}
