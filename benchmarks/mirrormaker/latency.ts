// Scenario 1, latency: at a fifth of what MirrorMaker 2 can do, how long a record takes from its intended
// send time to a consumer beside the target; without a round trip between the regions, and with a long one.
import type { Contender, Course } from '../contenders/contender.ts';
import { engine, forLatency } from '../contenders/engine.ts';
import { mirrorMaker } from '../contenders/mirrormaker.ts';
import { type LatencyResult, runLatency } from '../latency/latency-run.ts';
import { type BenchmarkOptions, isWanted } from '../options.ts';
import { shownCell } from '../report/table.ts';
import { usualShape as shape } from '../rig/shapes.ts';
import type { WorkRun } from './work.ts';

const loadShare = 0.2;
const rttsMs = [0, 80];
const topic = 'bench.latency';
const warmMs = 15_000;
const measureMs = 15_000;
/** Unmeasured: for about a minute and a half the brokers' own tail is longer by a third. */
const brokerWarmPasses = 3;

export function latencyContenders(options: BenchmarkOptions): Contender[] {
  const all = [
    engine(),
    engine({ variant: forLatency }),
    ...options.variants.map((variant) => engine({ variant })),
    mirrorMaker({ tasksMax: 1, profile: 'throughput', warmMs }),
    mirrorMaker({ tasksMax: 1, profile: 'latency', warmMs }),
    mirrorMaker({ tasksMax: 4, profile: 'latency', warmMs }),
  ];
  return all.filter(({ name }) => isWanted(name, options.contenders));
}

/** `bytesPerSecondMax`: MirrorMaker 2's most. */
export async function measureLatency(
  { rig, options, say }: WorkRun,
  bytesPerSecondMax: number,
  onResult: (result: LatencyResult) => void,
): Promise<void> {
  const { setLink, source, target } = rig;
  const bytesPerSecond = Math.round(bytesPerSecondMax * loadShare);
  for (const rttMs of setLink === undefined ? [0] : rttsMs) {
    say(`latency at ${shownCell(bytesPerSecond / 1e6)} MB/s, round trip ${rttMs} ms`);
    await setLink?.({ rttMs, bandwidthBytesPerSecond: null });
    // Without a round trip there is nothing to emulate, and the emulation would only be in the way.
    const sourceServers = rttMs === 0 ? source.bootstrapServers : source.bootstrapServersFromAfar;
    const { partitions } = shape;
    const loaded = { topic, partitions, records: 0, offsets: 0, bytes: 0 };
    const course: Course = { rig, shape, loaded, sourceServers, folder: rig.folder };
    const plan = { rttMs, bytesPerSecond, warmMs, measureMs };
    const measure = async (contender: Contender, round: number) => {
      for (const place of [source, target]) await place.admin.deleteTopicsExcept(() => false);
      await source.admin.createTopic(topic, partitions, {});
      return runLatency(contender, course, plan, round);
    };
    const warmPasses = rttMs === 0 ? brokerWarmPasses : 0;
    for (let pass = 0; pass < warmPasses; pass += 1) await measure(engine(), 0);
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const contender of latencyContenders(options)) {
        const result = await measure(contender, round);
        onResult(result);
        say(`  ${contender.name}, round ${round}: ${lineOf(result)}`);
      }
    }
  }
}

function lineOf({ records, p50Ms, p99Ms, maxMs }: LatencyResult): string {
  const [p50, p99, max] = [p50Ms, p99Ms, maxMs].map(shownCell);
  return `p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms, of ${records} records`;
}
