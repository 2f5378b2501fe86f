// Scenario 1: what it costs to carry a topic, by kind of data. The baseline (the bare relay) first, then the
// replicators, interleaved round by round on the same brokers and the same source topic.
import type { Contender, Course } from '../contenders/contender.ts';
import { engine } from '../contenders/engine.ts';
import { mirrorMaker } from '../contenders/mirrormaker.ts';
import { serve } from '../contenders/serve.ts';
import { relay } from '../contenders/relay.ts';
import { loadTopic, sourceTopicOf } from '../load/load-topic.ts';
import { runWork, type WorkResult } from '../measure/work-run.ts';
import { type BenchmarkOptions, isWanted } from '../options.ts';
import { figureOf } from '../report/goals.ts';
import { shownCell } from '../report/table.ts';
import type { Rig } from '../rig/rig.ts';
import { type Shape, shapes } from '../rig/shapes.ts';

/** The goal relative to the relay is set for this shape. */
const relayShape = '1kb-plain';
const tasksMaxAll = [1, 2, 4];
const tasksMaxQuick = [1];
/** The same for MirrorMaker 2 and for Causeway's engine, which both compile their code while it runs. */
const warmMsFull = 20_000;
const warmMsQuick = 10_000;
const steadySecondsFull = 30;
const steadySecondsQuick = 8;
/** Unmeasured copies of the first shape's topic. */
const warmPasses = 2;

export interface WorkRun {
  readonly rig: Rig;
  readonly options: BenchmarkOptions;
  readonly say: (line: string) => void;
}

export function workContenders(options: BenchmarkOptions): Contender[] {
  const warmMs = options.quick ? warmMsQuick : warmMsFull;
  const tasks = options.quick ? tasksMaxQuick : tasksMaxAll;
  const all = [
    relay(),
    engine({ profileFolder: options.profileFolder, warmMs }),
    ...options.variants.map((variant) => engine({ variant, warmMs })),
    ...(options.quick && !options.contenders.includes('serve') ? [] : [serve()]),
    ...tasks.map((tasksMax) => mirrorMaker({ tasksMax, profile: 'throughput', warmMs })),
  ];
  return all.filter(({ name }) => isWanted(name, options.contenders));
}

/** `onResult` is called after every run, so that an interrupted benchmark keeps what it has. */
export async function measureWork(run: WorkRun, onResult: (result: WorkResult) => void): Promise<void> {
  const { rig, options, say } = run;
  let isWarm = false;
  for (const shape of shapes.filter(({ name }) => options.shapes.includes(name))) {
    const records = Math.round((options.quick ? shape.recordsQuick : shape.records) * options.scale);
    say(`${shape.title}: loading ${records.toLocaleString('en')} records`);
    await clean(rig, shape);
    const loaded = await loadTopic(rig, shape, records, shape.partitions);
    const sourceServers = rig.source.bootstrapServers;
    const course: Course = { rig, shape, loaded, sourceServers, folder: rig.folder };
    if (!isWarm) await warmBrokers(course, say);
    isWarm = true;
    await measureShape(run, course, onResult);
  }
}

async function measureShape(
  { rig, options, say }: WorkRun,
  course: Course,
  onResult: (result: WorkResult) => void,
): Promise<void> {
  const { shape } = course;
  const steadySeconds = options.quick ? steadySecondsQuick : steadySecondsFull;
  const results: WorkResult[] = [];
  const measure = async (contender: Contender, round: number) => {
    const result = await runWork(contender, course, round, steadySeconds);
    await clean(rig, shape);
    results.push(result);
    onResult(result);
    say(lineOf(result));
  };
  for (let round = 1; round <= options.rounds; round += 1) {
    const contenders = contendersFor(options, shape);
    // Whoever comes second may find the brokers warmer, or the machine busier.
    if (options.against !== undefined && round % 2 === 0) contenders.reverse();
    for (const contender of contenders) await measure(contender, round);
    const paced = pacedRelay(options, shape, results);
    if (paced !== undefined) await measure(paced, round);
  }
}

/** The relay's goal is set for one shape; a quick run spares it in the others. */
function contendersFor(options: BenchmarkOptions, shape: Shape): Contender[] {
  const all = workContenders(options);
  return options.quick && shape.name !== relayShape ? all.filter(({ name }) => name !== 'relay') : all;
}

/**
 * Java compiles the brokers' hot paths while they are used; without this the first contender would pay for
 * it.
 */
async function warmBrokers(course: Course, say: WorkRun['say']): Promise<void> {
  say('warming the brokers');
  for (let pass = 0; pass < warmPasses; pass += 1) {
    await runWork(engine(), course, 0, steadySecondsQuick);
    await clean(course.rig, course.shape);
  }
}

/** The relay at Causeway's own pace, once that is known: what a socket costs per byte depends on it. */
function pacedRelay(
  options: BenchmarkOptions,
  shape: Shape,
  results: readonly WorkResult[],
): Contender | undefined {
  const pace = figureOf(results, shape.name, 'causeway', 'megabytesPerSecond')?.median;
  const isDue = shape.name === relayShape && isWanted('relay', options.contenders);
  return isDue && pace !== undefined ? relay(pace * 1e6) : undefined;
}

/** Both clusters as if nothing had been mirrored, but for the source topic. */
async function clean(rig: Rig, shape: Shape): Promise<void> {
  await rig.target.admin.deleteTopicsExcept(() => false);
  await rig.source.admin.deleteTopicsExcept((name) => name === sourceTopicOf(shape));
}

function lineOf(result: WorkResult): string {
  if (result.problem !== undefined) return `  ${result.contender}, round ${result.round}: ${result.problem}`;
  const trend = result.trend.map(shownCell).join(' ');
  const perGigabyte = `${shownCell(result.cpuSecondsPerGigabyte)} CPU s/GB`;
  const perMillion = `${shownCell(result.cpuSecondsPerMillionRecords)} CPU s/M records`;
  const rate = `${shownCell(result.megabytesPerSecond)} MB/s`;
  const memory = `${shownCell(result.memoryBytesMax / 1e6)} MB`;
  const who = `  ${result.contender}, round ${result.round}`;
  return `${who}: ${perGigabyte}, ${perMillion}, ${rate}, ${memory}; over time ${trend}`;
}
