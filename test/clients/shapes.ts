// Topics of every shape that a log may have, as they come to be at a source.
import { encodeBatch, type NewRecord } from '../../src/kafka/batch/encode-batch.ts';
import { codecs } from '../../src/kafka/batch/header.ts';
import { madeRecords } from '../fixtures/made-records.ts';
import { trimTo } from '../fixtures/odd-topics.ts';
import { SourceScript } from '../fixtures/source-script.ts';
import { compacted } from './compacted-shape.ts';
import type { Shape } from './shape.ts';

const plain: Shape = {
  name: 'plain batches in every codec',
  async write({ link }, topic) {
    for (const codec of codecs) await link.produce(topic, 0, 300, { codec });
  },
};

const transactions: Shape = {
  name: 'interleaved transactions in every codec',
  hasAborted: true,
  async write({ link, sourceServers }, topic) {
    const script = new SourceScript(link.source, sourceServers, topic);
    const some = (count: number): readonly NewRecord[] => madeRecords(link.random, count);
    try {
      for (const codec of codecs) {
        await script.plain(some(7), codec);
        await script.send('good', some(20), codec);
        await script.send('bad', some(15), codec);
        await script.send('good', some(10), codec);
        await script.send('late', some(5), codec);
        await script.finish('bad', 'abort');
        await script.finish('good', 'commit');
        await script.plain(some(3), codec);
        await script.finish('late', 'commit');
      }
      await script.send('bad', some(30));
      await script.finish('bad', 'abort');
    } finally {
      await script.close();
    }
  },
};

const appendTimes: Shape = {
  name: 'append times in every codec',
  config: { 'message.timestamp.type': 'LogAppendTime' },
  async write({ link }, topic) {
    for (const codec of codecs) await link.produce(topic, 0, 200, { codec });
  },
};

const begunBefore: Shape = {
  name: 'a log that begins within a batch',
  async write({ link, sourceServers, targetServers }, topic) {
    const start = 137n;
    const records = madeRecords(link.random, 300);
    await link.writer.append(topic, 0, [encodeBatch(records, { codec: 'lz4' })]);
    await link.produce(topic, 0, 100);
    await trimTo(sourceServers, topic, start);
    // The target begins there, too, behind records that nobody may read any more.
    await link.produceAtTarget(topic, 0, [encodeBatch(madeRecords(link.random, Number(start)))]);
    await trimTo(targetServers, topic, start);
  },
};

export const shapes: readonly Shape[] = [plain, transactions, appendTimes, begunBefore, compacted];
