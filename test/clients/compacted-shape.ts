// A compacted topic after its cleaner has been there: holes inside of batches and between them, tombstones,
// and transactions of which nothing or not all is left.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { pick } from '../../src/base/random.ts';
import type { NewRecord } from '../../src/kafka/batch/encode-batch.ts';
import { codecs } from '../../src/kafka/batch/header.ts';
import { SourceScript } from '../fixtures/source-script.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import type { Shape, ShapeSite } from './shape.ts';

const segmentMs = 100;

export const compacted: Shape = {
  name: 'a compacted log with holes inside of batches and between them',
  config: { 'cleanup.policy': 'compact' },
  // Each round begins a log segment, and all but the last are cleaned. The target's own cleaner rests.
  source: { 'segment.ms': `${segmentMs}`, 'min.cleanable.dirty.ratio': '0.0001' },
  target: { 'min.cleanable.dirty.ratio': '1' },
  async write(site, topic) {
    const script = new SourceScript(site.link.source, site.sourceServers, topic);
    try {
      for (const [round, codec] of [...codecs, ...codecs].entries()) {
        const some = (count: number) => keyedRecords(site, round, count);
        await script.plain(some(40), codec);
        await script.send('good', some(20), codec);
        await script.send('bad', some(10), codec);
        await script.finish('bad', 'abort');
        await script.finish('good', 'commit');
      }
      const lastSegment = script.end;
      await script.plain(keyedRecords(site, codecs.length * 2, 5));
      await waitUntil(
        `${topic} to be cleaned up to ${lastSegment}`,
        async () => (await cleanedTo(site, topic)) === lastSegment,
      );
    } finally {
      await script.close();
    }
  },
};

/** Some keys come again in nearly every batch, others hardly ever; one record in eight is a tombstone. */
function keyedRecords({ link }: ShapeSite, round: number, count: number): NewRecord[] {
  const { random } = link;
  // Ahead of the markers, which have the time of now: none of them begins a log segment.
  const timestamp = BigInt(Math.trunc(systemClock.wallMs()) + (round + 1) * segmentMs * 10);
  return Array.from({ length: count }, (_, index) => ({
    timestamp: timestamp + BigInt(index),
    key: Buffer.from(`key ${pick(random, [random.int(8), random.int(40), random.int(1_000)])}`),
    value: random.int(8) === 0 ? undefined : Buffer.from(`value ${random.int(1_000_000)}`),
    headers: [{ key: Buffer.from('round'), value: Buffer.from(`${round}`) }],
  }));
}

/** As the cleaner itself notes it down: the topic, the partition, and the offset up to which it has come. */
async function cleanedTo({ sourceFolder }: ShapeSite, topic: string): Promise<number | undefined> {
  const noted = await readFile(path.join(sourceFolder, 'cleaner-offset-checkpoint'), 'utf8');
  const line = noted.split('\n').find((each) => each.startsWith(`${topic} 0 `));
  return line === undefined ? undefined : Number(line.split(' ')[2]);
}
