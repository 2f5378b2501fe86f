// Made batches against Kafka's own classes: Kafka writes the source's batches and cleans them as its log
// cleaner does, we make, Kafka takes what was made as a broker does, and shows what a consumer of the source
// sees.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { pick, seededRandom } from '../../src/base/random.ts';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { attributesOf, codecs, hasDeleteHorizon, recordCountOf } from '../../src/kafka/batch/header.ts';
import { nullBatches } from '../../src/kafka/batch/null-batches.ts';
import { patchForProduce, stampOf } from '../../src/kafka/batch/patch.ts';
import { type MadePiece, madePieces, needsMaking } from '../../src/kafka/batch/re-encode.ts';
import { madeRecords } from '../fixtures/made-records.ts';
import { sourceBatch } from '../fixtures/source-batch.ts';
import { BatchPeer, type Shown, type ShownRecord, shownRecord } from './batch-peer.ts';

const batchesEach = 1_500;

let peer: BatchPeer;
before(async () => {
  peer = await BatchPeer.start();
});
after(() => peer.stop());

interface Source {
  readonly shown: Shown;
  readonly batch: Buffer;
  readonly from: bigint;
  readonly pieces: readonly MadePiece[];
}

/** A run of sources, each from its beginning, or from an offset inside. */
async function sourcesOf(codec: number): Promise<Source[]> {
  const random = seededRandom(codec);
  const made = await peer.make(codec, batchesEach, 90 + codec, true);
  return made.map(([shown, batch]) => {
    const base = BigInt(shown.baseOffset);
    const offsets = Number(BigInt(shown.lastOffset) - base) + 1;
    const from = base + BigInt(pick(random, [0, 0, random.int(offsets + 1)]));
    return { shown, batch, from, pieces: madePieces(batch, 0, { from }) };
  });
}

const batchesOf = ({ pieces }: Source): Buffer[] =>
  pieces.flatMap((piece) => (piece.kind === 'batch' ? [piece.bytes] : []));

/** What a consumer of the source sees from the position on. */
const wantedOf = ({ shown, from }: Source): readonly ShownRecord[] =>
  shown.control ? [] : shown.records.filter(({ offset }) => BigInt(offset) >= from);

suite('made batches', () => {
  for (const [index, codec] of codecs.entries()) {
    test(`${codec}: ${batchesEach} batches of Kafka’s, cleaned, are made and read as they were`, async () => {
      const sources = await sourcesOf(index);
      const judged = await peer.judge(sources.flatMap(batchesOf));
      let next = 0;
      for (const source of sources) {
        const shown = batchesOf(source).map(() => judged[next++] as Shown);
        assert.deepEqual(
          shown.flatMap(({ records }) => records),
          wantedOf(source),
        );
        checkCover(source);
        for (const each of shown) checkHead(source.shown, each);
      }
      assert.equal(next, judged.length);
      const kinds = {
        appendTime: sources.filter(({ shown }) => shown.appendTime).length,
        transactional: sources.filter(({ shown }) => shown.transactional && !shown.control).length,
        empty: sources.filter(({ shown }) => shown.records.length === 0).length,
        several: sources.filter((source) => batchesOf(source).length > 2).length,
        deleteHorizon: sources.filter(({ batch }) => ((batch[22] as number) & 0x40) !== 0).length,
        plain: sources.filter(({ batch, from, shown }) => !shown.control && !needsMaking(batch, 0, from))
          .length,
      };
      for (const [kind, count] of Object.entries(kinds)) assert.ok(count > 40, `${kind}: ${count}`);
    });

    test(`${codec}: a broker takes them, patched, as they are`, async () => {
      const made = (await sourcesOf(index)).flatMap(batchesOf);
      const patched = made.map((batch, sequence) => {
        const copy = Buffer.from(batch);
        patchForProduce(copy, 0, stampOf(5n, 0), sequence);
        return copy;
      });
      const stored = await peer.store(patched, index);
      for (const [at, [shown, bytes]] of stored.entries()) {
        const sent = patched[at] as Buffer;
        assert.equal(shown.baseOffset, '1000', 'appended where the log ends');
        assert.equal(Number(BigInt(shown.lastOffset)) - 1000 + 1, recordCountOf(sent, 0));
        assert.equal(shown.producerId, '5');
        assert.ok(bytes.subarray(16).equals(sent.subarray(16)), 'nothing had to be written anew');
      }
    });
  }
});

suite('batches that are not made', () => {
  test('a broker refuses every cleaned batch that lacks an offset', async () => {
    const sources = await sourcesOf(0);
    const gapped = sources.filter(({ shown }) => {
      const offsets = BigInt(shown.lastOffset) - BigInt(shown.baseOffset) + 1n;
      return !shown.control && BigInt(shown.count) !== offsets;
    });
    assert.ok(gapped.length > 500);
    const sent = gapped.map(({ batch }) => {
      patchForProduce(batch, 0, stampOf(5n, 0), 0);
      return batch;
    });
    for (const problem of await peer.problems(sent, 0)) {
      assert.match(problem ?? 'taken', /InvalidRecordException/);
    }
  });

  test('a broker keeps the delete horizon that a batch brings along, unless it is made', async () => {
    const records = [0n, 1n].map((offset) => ({ offset, timestamp: 5n + offset, key: Buffer.from('k') }));
    const batch = sourceBatch(records, { baseTimestamp: 1_234n, deleteHorizon: true });
    const pieces = madePieces(batch, 0, { from: 0n });
    const made = pieces.flatMap((piece) => (piece.kind === 'batch' ? [piece.bytes] : []));
    const stored = await peer.store([batch, ...made], 0);
    const horizons = stored.map(([, bytes]) => hasDeleteHorizon(attributesOf(bytes, 0)));
    assert.deepEqual(horizons, [true, false]);
    assert.deepEqual(stored[1]?.[0].records, stored[0]?.[0].records);
  });
});

suite('large bodies', () => {
  const records = madeRecords(seededRandom(8), 3_000, 400);
  for (const [index, codec] of codecs.entries()) {
    test(`${codec}: a megabyte through Kafka and back, packed anew by it`, async () => {
      const sent = codecs.map((each) => encodeBatch(records, { codec: each, baseOffset: 0n }));
      for (const [, bytes] of await peer.store(sent, index)) {
        const wanted = records.map((record, delta) =>
          shownRecord({ headers: [], ...record, offset: BigInt(1_000 + delta) }),
        );
        assert.deepEqual(decodeBatch(bytes).map(shownRecord), wanted);
      }
    });
  }

  test('a broker takes batches of empty records, and shows each of them', async () => {
    const batch = nullBatches(0n, 30_000n, 1_700_000_000_000n).next().value as Buffer;
    patchForProduce(batch, 0, stampOf(5n, 0), 9);
    const [[shown]] = (await peer.store([batch], codecs.indexOf('zstd'))) as [[Shown, Buffer]];
    assert.equal(shown.records.length, 30_000);
    for (const [at, record] of shown.records.entries()) {
      const empty = { timestamp: '1700000000000', key: null, value: null, headers: [] };
      assert.deepEqual(record, { offset: String(1_000 + at), ...empty });
    }
  });
});

function checkCover({ shown, from, pieces }: Source): void {
  const end = BigInt(shown.lastOffset) + 1n;
  const reached = pieces.reduce((next, piece, index) => {
    assert.equal(piece.from, next);
    assert.notEqual(piece.kind, pieces[index - 1]?.kind, 'two in a row would have been one');
    return piece.to;
  }, from);
  assert.equal(reached, end > from ? end : from);
}

function checkHead(source: Shown, made: Shown): void {
  assert.equal(made.codec, source.codec);
  assert.equal(made.leaderEpoch, source.leaderEpoch);
  assert.equal(made.baseOffset, made.records[0]?.offset);
  assert.equal(made.lastOffset, made.records.at(-1)?.offset);
  assert.equal(BigInt(made.lastOffset) - BigInt(made.baseOffset) + 1n, BigInt(made.count), 'no gap');
  assert.ok(!made.appendTime && !made.transactional && !made.control);
  assert.deepEqual([made.producerId, made.producerEpoch, made.baseSequence], ['-1', -1, -1]);
}
