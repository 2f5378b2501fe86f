// Record batches against Kafka's own: header view, records, checksum, the checksum without a producer, and
// the patch under a fence, judged by Kafka's `ensureValid`. Every codec.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { pick, type Random, seededRandom } from '../../src/base/random.ts';
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch, type NewRecord } from '../../src/kafka/batch/encode-batch.ts';
import * as header from '../../src/kafka/batch/header.ts';
import { canonicalCrc, patchForProduce, stampOf } from '../../src/kafka/batch/patch.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import { bytes, int64 } from '../fixtures/random-messages.ts';
import { BatchPeer, type Shown, type ShownRecord, shownRecord } from './batch-peer.ts';

const batchesEach = 2_000;

let peer: BatchPeer;
before(async () => {
  peer = await BatchPeer.start();
});
after(() => peer.stop());

/** Our view of the header, in Kafka's words. */
function viewOf(batch: Buffer): Omit<Shown, 'canonicalCrc' | 'records'> {
  const attributes = header.attributesOf(batch, 0);
  return {
    baseOffset: String(header.baseOffsetOf(batch, 0)),
    length: header.batchLengthOf(batch, 0),
    leaderEpoch: header.leaderEpochOf(batch, 0),
    magic: header.magicOf(batch, 0),
    crc: header.crcOf(batch, 0),
    lastOffset: String(header.baseOffsetOf(batch, 0) + BigInt(header.lastOffsetDeltaOf(batch, 0))),
    baseTimestamp: String(header.baseTimestampOf(batch, 0)),
    maxTimestamp: String(header.maxTimestampOf(batch, 0)),
    producerId: String(header.producerIdOf(batch, 0)),
    producerEpoch: header.producerEpochOf(batch, 0),
    baseSequence: header.baseSequenceOf(batch, 0),
    count: header.recordCountOf(batch, 0),
    codec: header.codecOf(attributes),
    appendTime: header.usesLogAppendTime(attributes),
    transactional: header.isTransactional(attributes),
    control: header.isControl(attributes),
  } as Omit<Shown, 'canonicalCrc' | 'records'>;
}

const withoutOffsets = (records: readonly ShownRecord[], base: string): unknown[] =>
  records.map((record) => ({ ...record, offset: BigInt(record.offset) - BigInt(base) }));

suite('batches that Kafka made', () => {
  for (const [index, codec] of header.codecs.entries()) {
    test(`${codec}: ${batchesEach} are seen, checked and patched as Kafka does`, async () => {
      const random = seededRandom(index);
      const made = await peer.make(index, batchesEach, index + 40);
      for (const [shown, batch] of made) {
        const { canonicalCrc: canonical, records, ...view } = shown;
        assert.deepEqual(viewOf(batch), view);
        assert.equal(crc32c(batch, header.crcFrom), shown.crc);
        assert.equal(canonicalCrc(batch, 0), canonical);
        assert.deepEqual(walked(batch), [batch.length]);
        assert.deepEqual(decodeBatch(batch).map(shownRecord), records);
      }
      const patched = made.map(([shown, batch]) => ({ shown, ...patch(random, batch) }));
      const judged = await peer.judge(patched.map(({ batch }) => batch));
      for (const [at, { shown, producerId, baseSequence }] of patched.entries()) {
        const seen = judged[at] as Shown;
        const { records, canonicalCrc: canonical } = seen;
        assert.equal(canonical, shown.canonicalCrc, 'the content is the same');
        assert.deepEqual(withoutOffsets(records, '0'), withoutOffsets(shown.records, shown.baseOffset));
        assert.deepEqual(
          { ...seen, crc: 0, records: [] },
          {
            ...shown,
            crc: 0,
            records: [],
            baseOffset: '0',
            lastOffset: String(BigInt(shown.lastOffset) - BigInt(shown.baseOffset)),
            leaderEpoch: -1,
            producerId: String(producerId),
            producerEpoch: 0,
            baseSequence,
            transactional: false,
          },
        );
      }
    });
  }
});

suite('batches made here', () => {
  for (const [index, codec] of header.codecs.entries()) {
    test(`${codec}: Kafka finds ${batchesEach} valid and reads the same`, async () => {
      const random = seededRandom(50 + index);
      const made = Array.from({ length: batchesEach }, () => {
        const records = randomRecords(random);
        const batch = encodeBatch(records, {
          codec,
          baseOffset: BigInt(random.int(1_000_000)),
          leaderEpoch: random.int(50),
          producerId: BigInt(random.int(1_000)),
          producerEpoch: random.int(100),
          baseSequence: random.int(2 ** 31),
          transactional: random.int(2) === 0,
        });
        return { records, batch };
      });
      const judged = await peer.judge(made.map(({ batch }) => batch));
      for (const [at, { records, batch }] of made.entries()) {
        const { canonicalCrc: canonical, records: seen, ...view } = judged[at] as Shown;
        assert.deepEqual(viewOf(batch), view);
        assert.equal(canonicalCrc(batch, 0), canonical);
        const base = header.baseOffsetOf(batch, 0);
        const wanted = records.map((record, delta) => ({
          headers: [],
          ...record,
          offset: base + BigInt(delta),
        }));
        assert.deepEqual(seen, wanted.map(shownRecord));
      }
    });
  }

  test('Kafka refuses a batch in which one bit is wrong, patched or not', async () => {
    const random = seededRandom(3);
    const batch = encodeBatch(randomRecords(random));
    const broken = Array.from({ length: 200 }, () => {
      const copy = Buffer.from(batch);
      // Behind the attributes, whose bits say what the rest means.
      const at = header.headerBytes - 4 + random.int(copy.length - header.headerBytes + 4);
      copy[at] = (copy[at] as number) ^ (1 << random.int(8));
      if (random.int(2) === 0) patchForProduce(copy, 0, stampOf(5n, 0), 9);
      return copy;
    });
    for (const [at, problem] of (await peer.problems(broken)).entries()) {
      assert.match(problem ?? 'valid', /CorruptRecordException|corrupt/i, broken[at]?.toString('hex'));
    }
  });
});

function walked(batch: Buffer): number[] {
  const lengths: number[] = [];
  forEachBatch(batch, (_start, length) => lengths.push(length) > 0);
  return lengths;
}

function patch(random: Random, batch: Buffer) {
  const producerId = BigInt.asUintN(62, int64(random));
  const baseSequence = pick(random, [0, 1, 0x7fff_ffff, random.int(2 ** 31)]);
  patchForProduce(batch, 0, stampOf(producerId, 0), baseSequence);
  return { batch, producerId, baseSequence };
}

function randomRecords(random: Random): NewRecord[] {
  const field = () => (random.int(5) === 0 ? undefined : bytes(random));
  return Array.from({ length: 1 + random.int(10) }, () => ({
    timestamp: 1_700_000_000_000n + BigInt(random.int(2 ** 32)) - BigInt(2 ** 31),
    key: field(),
    value: field(),
    headers: Array.from({ length: random.int(3) }, () => ({ key: Buffer.from('h水'), value: field() })),
  }));
}
