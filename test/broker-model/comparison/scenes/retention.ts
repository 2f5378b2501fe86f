// Retention by time and by size, and what a broker knows after it: whole segments go, what is known of
// producers stays until the next start.
import { hourMs, type Scene, type Stage } from './stage.ts';

export const retention: Scene = {
  name: 'retention',
  config: { 'segment.bytes': '1048576' },
  play: async (stage) => {
    await stage.write({ values: ['a', 'b'], id: 1_000, sequence: 0, ageMs: 40 * hourMs });
    await stage.write({ values: ['some bytes '.repeat(150)], id: 1_001, sequence: 7 });
    const second = await stage.roll({ ...large, ageMs: 10 * hourMs });
    await stage.write({ values: ['c'], id: 1_000, sequence: 2, ageMs: 10 * hourMs });
    const third = await stage.roll({ ...large, ageMs: 5 * hourMs });
    await stage.write({ values: ['d'], id: 1_000, sequence: 3, ageMs: 5 * hourMs });
    // By time: what was written 12 hours ago goes.
    await retain(stage, { 'retention.ms': String(11 * hourMs) }, second);
    await stage.restart('kill');
    await look(stage);
    // By size: all but the segment that is written to.
    await retain(stage, { 'retention.bytes': '1' }, third);
    await stage.write({ values: ['c'], id: 1_000, sequence: 2, ageMs: 5 * hourMs });
    await stage.write({ values: ['d'], id: 1_000, sequence: 3, ageMs: 5 * hourMs });
    await stage.restart('stop');
    await look(stage);
    // All that is there: a new segment begins at the end of the log.
    await retain(stage, { 'retention.ms': String(hourMs) }, third + 2n);
    stage.replica.roll();
    await stage.restart('stop');
    await look(stage);
    await stage.write({ values: ['e'], id: 1_000, sequence: 77 });
  },
};

const large = { values: ['x'.repeat(1_047_000)] };

/** What is gone is told by the segments; that it is gone, each side does by itself. */
async function retain(stage: Stage, settings: Record<string, string>, start: bigint): Promise<void> {
  stage.note(`retention to ${start}: ${JSON.stringify(settings)}`);
  await stage.settings(settings);
  await stage.realStart(start);
  stage.replica.trim(start);
  await look(stage);
  await stage.settings({ 'retention.ms': '-1', 'retention.bytes': '-1' });
}

async function look(stage: Stage): Promise<void> {
  await stage.fetch(0n);
  await stage.offsetAt(BigInt(1));
  await stage.compareLog();
}
