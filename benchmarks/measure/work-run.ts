// One run of one contender over one source topic: started on a clean target, watched until all records have
// come.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender, Course, Runner, WarmUp } from '../contenders/contender.ts';
import { readProcessUse } from './process-cpu.ts';
import { type Sample, steadyWindow, trendOf } from './steady-window.ts';

const sampleMs = 100;
/** Nothing has come for that long: the run is given up. */
const silenceMsMax = 60_000;
const closeShare = 0.96;
const trendParts = 6;

export interface WorkResult {
  readonly contender: string;
  readonly shape: string;
  readonly round: number;
  readonly partitions: number;
  /** That a reader of committed records sees in the source. */
  readonly records: number;
  /** Those and the holes. */
  readonly offsets: number;
  /** Of the source's log, holes' too as far as they are still there. */
  readonly bytes: number;
  /** Set where there is no steady state to speak of. */
  readonly problem: string | undefined;
  readonly cpuSecondsPerGigabyte: number | undefined;
  readonly cpuSecondsPerMillionRecords: number | undefined;
  /** On the wire of the source side, in the steady window. */
  readonly megabytesPerSecond: number | undefined;
  /** Processors in use by the contender in the steady window. */
  readonly processors: number | undefined;
  readonly steadySeconds: number | undefined;
  /** From the start of the process to the first record at the target. */
  readonly startSeconds: number | undefined;
  /** Of the whole run, start included. */
  readonly cpuSecondsAll: number;
  readonly memoryBytesMax: number;
  /** CPU seconds per million records in equal parts of the run: falls while a contender warms up. */
  readonly trend: readonly number[];
}

/** Watches until all records have come, or for `steadySecondsMax` after the contender's warm-up. */
export async function runWork(
  contender: Contender,
  course: Course,
  round: number,
  steadySecondsMax: number,
): Promise<WorkResult> {
  const name = `${course.shape.name}-${course.loaded.partitions}-${contender.name}-${round}`;
  const folder = join(course.folder, name);
  mkdirSync(folder, { recursive: true });
  const startMs = performance.now();
  await using runner = await contender.start({ ...course, folder });
  const watchOnce = () =>
    watch(runner, course.loaded[contender.counts], contender.warmUpOf(course.shape), steadySecondsMax);
  const first = await watchOnce();
  const firstMs = first.samples.find((sample) => sample.records > 0)?.atMs;
  const startSeconds = firstMs === undefined ? undefined : (firstMs - startMs) / 1000;
  const watched = runner.copies === undefined ? first : await watchWarm(runner.copies, startMs, watchOnce);
  return evaluate(contender, course, round, startSeconds, watched);
}

/** The copy that begins after the warm-up; the first one, which is done, is part of that. */
async function watchWarm(
  { warmMs, again }: NonNullable<Runner['copies']>,
  startMs: number,
  watchOnce: () => Promise<Watched>,
): Promise<Watched> {
  while (performance.now() - startMs < warmMs) {
    await again();
    await watchOnce();
  }
  await again();
  return watchOnce();
}

export interface Watched {
  readonly samples: readonly Sample[];
  readonly memoryBytesMax: number;
}

/** Looks until `recordsAll` have come, or for `steadySecondsMax` after the warm-up. */
export async function watch(
  runner: Runner,
  recordsAll: number,
  warmUp: WarmUp,
  steadySecondsMax: number,
): Promise<Watched> {
  const samples: Sample[] = [];
  let memoryBytesMax = 0;
  let lastMoveMs = performance.now();
  let recordsBefore = 0;
  let warmAtMs: number | undefined;
  let firstAtMs: number | undefined;
  for (;;) {
    runner.mustRun();
    const before = performance.now();
    const records = await runner.arrived();
    const atMs = (before + performance.now()) / 2;
    const use = readProcessUse(runner.pid);
    samples.push({ atMs, records, cpuSeconds: use.cpuSeconds });
    memoryBytesMax = Math.max(memoryBytesMax, use.memoryBytesMax);
    if (records > 0) firstAtMs ??= atMs;
    const isWarm = records >= warmUp.share * recordsAll && atMs >= (firstAtMs ?? atMs) + warmUp.ms;
    if (isWarm && records > 0) warmAtMs ??= atMs;
    const enough = atMs > (warmAtMs ?? atMs) + steadySecondsMax * 1000;
    if (records >= recordsAll || enough) return { samples, memoryBytesMax };
    if (records !== recordsBefore) lastMoveMs = atMs;
    recordsBefore = records;
    if (atMs - lastMoveMs > silenceMsMax) {
      throw new Error(`nothing arrived for ${silenceMsMax / 1000} s, at ${records} of ${recordsAll} records`);
    }
    await sleep(sampleMs);
  }
}

function evaluate(
  contender: Contender,
  course: Course,
  round: number,
  startSeconds: number | undefined,
  { samples, memoryBytesMax }: Watched,
): WorkResult {
  const { partitions, records, offsets, bytes } = course.loaded;
  const arrivals = course.loaded[contender.counts];
  const warmUp = contender.warmUpOf(course.shape);
  const steady = steadyWindow(samples, {
    recordsAll: arrivals,
    openShare: warmUp.share,
    warmMs: warmUp.ms,
    closeShare,
  });
  const found = 'none' in steady ? undefined : steady;
  const share = found && found.records / arrivals;
  const gigabytes = share && (share * bytes) / 1e9;
  return {
    contender: contender.name,
    shape: course.shape.name,
    round,
    partitions,
    records,
    offsets,
    bytes,
    problem: 'none' in steady ? steady.none : undefined,
    cpuSecondsPerGigabyte: found && gigabytes && found.cpuSeconds / gigabytes,
    cpuSecondsPerMillionRecords: found && share && found.cpuSeconds / ((share * records) / 1e6),
    megabytesPerSecond: found && gigabytes && (gigabytes * 1000) / found.seconds,
    processors: found && found.cpuSeconds / found.seconds,
    steadySeconds: found?.seconds,
    startSeconds,
    cpuSecondsAll: samples.at(-1)?.cpuSeconds ?? 0,
    memoryBytesMax,
    trend: trendOf(samples, trendParts),
  };
}
