// Record batches against Kafka's own: header view, records, checksum, the checksum without a producer, and
// the patch under a fence, judged by Kafka's `ensureValid`. Every codec.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { pick, type Random, seededRandom } from '../../src/base/random.ts';
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import { type DecodedRecord, decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch, type NewRecord } from '../../src/kafka/batch/encode-batch.ts';
import * as header from '../../src/kafka/batch/header.ts';
import { canonicalCrc, patchForProduce, stampOf } from '../../src/kafka/batch/patch.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import { bytes, int64 } from '../fixtures/random-messages.ts';
import { JavaPeer } from './java-peer.ts';

const batchesEach = 2_000;

/** A batch as Kafka shows it: 64-bit numbers and bytes as text. */
interface Shown {
  readonly baseOffset: string;
  readonly lastOffset: string;
  readonly leaderEpoch: number;
  readonly crc: number;
  readonly canonicalCrc: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
  readonly records: readonly unknown[];
}

let peer: JavaPeer;
before(async () => {
  peer = await JavaPeer.start('BatchPeer.java');
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

const base64 = (field: Buffer | undefined): string | null => field?.toString('base64') ?? null;

const shownRecord = ({ offset, timestamp, key, value, headers }: DecodedRecord): unknown => ({
  offset: String(offset),
  timestamp: String(timestamp),
  key: base64(key),
  value: base64(value),
  headers: headers.map((each) => [base64(each.key), base64(each.value)]),
});

function withoutOffsets(records: readonly unknown[], base: string): unknown[] {
  return records.map((each) => {
    const record = each as { offset: string };
    return { ...record, offset: BigInt(record.offset) - BigInt(base) };
  });
}

const readHere = new Set(['none', 'gzip', 'zstd']);

suite('batches that Kafka made', () => {
  for (const [index, codec] of header.codecs.entries()) {
    test(`${codec}: ${batchesEach} are seen, checked and patched as Kafka does`, async () => {
      const random = seededRandom(index);
      const made = await makeThere(index);
      for (const [shown, batch] of made) {
        const { canonicalCrc: canonical, records, ...view } = shown;
        assert.deepEqual(viewOf(batch), view);
        assert.equal(crc32c(batch, header.crcFrom), shown.crc);
        assert.equal(canonicalCrc(batch, 0), canonical);
        assert.deepEqual(walked(batch), [batch.length]);
        if (readHere.has(codec)) assert.deepEqual(decodeBatch(batch).map(shownRecord), records);
      }
      const patched = made.map(([shown, batch]) => ({ shown, ...patch(random, batch) }));
      const judged = await readThere(patched.map(({ batch }) => batch));
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
  for (const codec of ['none', 'gzip', 'zstd'] as const) {
    test(`${codec}: Kafka finds ${batchesEach} valid and reads the same`, async () => {
      const random = seededRandom(codec.length);
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
      const judged = await readThere(made.map(({ batch }) => batch));
      for (const [index, { records, batch }] of made.entries()) {
        const { canonicalCrc: canonical, records: seen, ...view } = judged[index] as Shown;
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
    for (const each of broken) await peer.send(command(each));
    for (const each of broken) {
      assert.match(
        (await peer.next()).problem ?? 'valid',
        /CorruptRecordException|corrupt/i,
        each.toString('hex'),
      );
    }
  });
});

async function makeThere(codec: number): Promise<readonly (readonly [Shown, Buffer])[]> {
  const order = Buffer.alloc(14);
  order.write('M', 0);
  order.writeInt8(codec, 1);
  order.writeInt32BE(batchesEach, 2);
  order.writeBigInt64BE(BigInt(codec + 40), 6);
  await peer.send(order);
  const made: [Shown, Buffer][] = [];
  for (let count = 0; count < batchesEach; count += 1) {
    const { problem, text, bytes: batch } = await peer.next();
    assert.equal(problem, undefined);
    made.push([JSON.parse(text) as Shown, Buffer.from(batch)]);
  }
  return made;
}

async function readThere(batches: readonly Buffer[]): Promise<readonly Shown[]> {
  const judged: Shown[] = [];
  const sendAll = async () => {
    for (const batch of batches) await peer.send(command(batch));
  };
  const readAll = async () => {
    for (let count = 0; count < batches.length; count += 1) {
      const { problem, text } = await peer.next();
      assert.equal(problem, undefined);
      judged.push(JSON.parse(text) as Shown);
    }
  };
  await Promise.all([sendAll(), readAll()]);
  return judged;
}

const command = (batch: Buffer): Buffer => Buffer.concat([Buffer.from('R'), batch]);

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
