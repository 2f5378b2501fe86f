// One latency run of one contender: a steady load at the source, a consumer beside the target, and the time
// from the intended send to the arrival.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Contender, Course, Runner } from '../contenders/contender.ts';
import type { LatencySeen, LatencyWindow } from './latency-consumer.ts';
import { machineMs } from './one-clock.ts';
import { Child } from '../rig/child.ts';

const pollMs = 100;
const startMsMax = 60_000;
const firstRecordMsMax = 60_000;
/** Past the end of the window: a contender that needs longer does not keep up with the load. */
const lateMsMax = 60_000;

export interface LatencyPlan {
  readonly rttMs: number;
  readonly bytesPerSecond: number;
  /** Not counted, from the first record at the target on. */
  readonly warmMs: number;
  readonly measureMs: number;
}

export interface LatencyResult {
  readonly contender: string;
  readonly rttMs: number;
  readonly round: number;
  readonly bytesPerSecond: number;
  readonly records: number;
  /** Less the one-way delay of the link, milliseconds. Undefined where the contender did not keep up. */
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
}

export async function runLatency(
  contender: Contender,
  course: Course,
  plan: LatencyPlan,
  round: number,
): Promise<LatencyResult> {
  const folder = join(course.folder, `latency-${plan.rttMs}-${contender.name}-${round}`);
  mkdirSync(folder, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const runner = stack.use(await contender.start({ ...course, folder }));
  const { topic, partitions } = course.loaded;
  const { source, target } = course.rig;
  await copyExists(runner, course);
  const recordsPerSecond = plan.bytesPerSecond / course.shape.recordBytes;
  const load = [source.bootstrapServers, topic, partitions, course.shape.recordBytes, recordsPerSecond];
  const producer = stack.use(nodeChild('steady-producer', load, folder));
  const consumer = stack.use(
    nodeChild('latency-consumer', [target.bootstrapServers, runner.topic, partitions], folder),
  );
  const all = [runner, producer, consumer];
  await firstRecord(runner, all);
  await sleep(plan.warmMs);
  const seen = await windowSeen(consumer, plan.measureMs, all);
  const oneWayMs = plan.rttMs / 2;
  const less = (latencyMs: number | undefined) => latencyMs && latencyMs - oneWayMs;
  return {
    contender: contender.name,
    rttMs: plan.rttMs,
    round,
    bytesPerSecond: plan.bytesPerSecond,
    records: seen?.records ?? 0,
    p50Ms: less(seen?.p50Ms),
    p90Ms: less(seen?.p90Ms),
    p99Ms: less(seen?.p99Ms),
    maxMs: less(seen?.maxMs),
  };
}

/** The load begins when the contender has begun, so that it has no backlog to work off. */
async function copyExists(runner: Runner, { rig }: Course): Promise<void> {
  const startMs = performance.now();
  while (!(await rig.target.admin.topics()).includes(runner.topic)) {
    runner.mustRun();
    if (performance.now() - startMs > startMsMax) {
      throw new Error(`no topic ${runner.topic} at the target within ${startMsMax / 1000} s`);
    }
    await sleep(pollMs);
  }
}

async function firstRecord(runner: Runner, all: readonly { mustRun(): void }[]): Promise<void> {
  const startMs = performance.now();
  while ((await runner.arrived()) === 0) {
    for (const each of all) each.mustRun();
    if (performance.now() - startMs > firstRecordMsMax) {
      throw new Error(`no record arrived within ${firstRecordMsMax / 1000} s`);
    }
    await sleep(pollMs);
  }
}

/** Undefined where the window's records did not all arrive in time. */
async function windowSeen(
  consumer: Child,
  measureMs: number,
  all: readonly { mustRun(): void }[],
): Promise<LatencySeen | undefined> {
  const late = AbortSignal.timeout(measureMs + lateMsMax);
  const told = once(consumer.process, 'message', { signal: late });
  const fromMs = machineMs();
  const window: LatencyWindow = { fromMs, toMs: fromMs + measureMs };
  consumer.process.send(window);
  try {
    const [{ seen }] = (await told) as [{ seen: LatencySeen }];
    return seen;
  } catch (error) {
    for (const each of all) each.mustRun();
    if (late.aborted) return undefined;
    throw error;
  }
}

function nodeChild(name: string, args: readonly (string | number)[], folder: string): Child {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  return new Child(`the ${name}`, process.execPath, [program, ...args.map(String)], {
    logFile: join(folder, `${name}.log`),
    ipc: true,
  });
}
