// Scenario 1, long link: how fast one partition and eight partitions go over 80 ms of round trip and 1
// Gbit/s.
import type { Contender, Course } from '../contenders/contender.ts';
import { engine } from '../contenders/engine.ts';
import { mirrorMaker } from '../contenders/mirrormaker.ts';
import { loadTopic } from '../load/load-topic.ts';
import { runWork, type WorkResult } from '../measure/work-run.ts';
import { type BenchmarkOptions, isWanted } from '../options.ts';
import { shownCell } from '../report/table.ts';
import { longLink, usualShape as shape } from '../rig/shapes.ts';
import type { WorkRun } from './work.ts';

const partitionCounts = [1, 8];
const records = 2_500_000;
const steadySecondsMax = 15;
const warmMs = 12_000;

export function longLinkContenders(options: BenchmarkOptions): Contender[] {
  const all = [
    engine(),
    ...options.variants.map((variant) => engine({ variant })),
    mirrorMaker({ tasksMax: 1, profile: 'throughput', warmMs }),
  ];
  return all.filter(({ name }) => isWanted(name, options.contenders));
}

export async function measureLongLink(
  { rig, options, say }: WorkRun,
  onResult: (result: WorkResult) => void,
): Promise<void> {
  const { setLink, source, target } = rig;
  if (setLink === undefined) return;
  for (const partitions of partitionCounts) {
    say(`round trip ${longLink.rttMs} ms, 1 Gbit/s, partitions: ${partitions}; loading`);
    for (const place of [source, target]) await place.admin.deleteTopicsExcept(() => false);
    const loaded = await loadTopic(rig, shape, Math.round(records * options.scale), partitions);
    await setLink(longLink);
    const sourceServers = source.bootstrapServersFromAfar;
    const course: Course = { rig, shape, loaded, sourceServers, folder: rig.folder };
    for (const contender of longLinkContenders(options)) {
      const result = await runWork(contender, course, 1, steadySecondsMax);
      await target.admin.deleteTopicsExcept(() => false);
      await source.admin.deleteTopicsExcept((name) => name === loaded.topic);
      onResult(result);
      const trouble = result.problem === undefined ? '' : `; ${result.problem}`;
      const [rate, memory] = [result.megabytesPerSecond, result.memoryBytesMax / 1e6].map(shownCell);
      say(`  ${contender.name}: ${rate} MB/s, ${memory} MB of memory${trouble}`);
    }
  }
}
