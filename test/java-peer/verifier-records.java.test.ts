// The verifier's own reader of records against Kafka's: every codec, LogAppendTime, gaps, and batches that
// have been through the log cleaner.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeRecords, type PlainRecord } from '../../src/data-plane/verifier/records.ts';
import { codecs } from '../../src/kafka/batch/header.ts';
import { BatchPeer, shownRecord } from './batch-peer.ts';

const batchesEach = 1_000;

let peer: BatchPeer;
before(async () => {
  peer = await BatchPeer.start();
});
after(() => peer.stop());

const inKafkasWords = ({ timestampMs, ...record }: PlainRecord) =>
  shownRecord({ ...record, timestamp: timestampMs });

for (const [index, codec] of codecs.entries()) {
  for (const cleaned of [false, true]) {
    const what = `${batchesEach} batches that Kafka ${cleaned ? 'cleaned' : 'made'}`;
    test(`${codec}: records of ${what}`, async () => {
      let gaps = 0;
      for (const [{ records, baseOffset, lastOffset }, batch] of await peer.make(
        index,
        batchesEach,
        index + 80,
        cleaned,
      )) {
        assert.deepEqual(decodeRecords(batch).map(inKafkasWords), records);
        if (BigInt(lastOffset) - BigInt(baseOffset) + 1n !== BigInt(records.length)) gaps += 1;
      }
      assert.ok(!cleaned || gaps > batchesEach / 10, `${gaps} with gaps`);
    });
  }
}
