// Every message there and back, and every way in which it can be cut or lied about.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { noLease, versionsOf, type WireCodec, wireCodecs } from '../../../test/fixtures/wire-codecs.ts';
import { seededRandom } from '../../base/random.ts';
import { decodeFetchResponse } from './fetch.ts';
import { decodeFindCoordinatorResponse } from './find-coordinator.ts';
import { decodeProduceRequest, decodeProduceResponse } from './produce.ts';
import { WireReader } from './reader.ts';
import { WireWriter } from './writer.ts';

function encoded(codec: WireCodec, version: number, message: unknown): Buffer {
  const writer = new WireWriter();
  codec.encode(writer, version, message);
  return Buffer.from(writer.bytes);
}

function decoded(codec: WireCodec, version: number, bytes: Buffer): unknown {
  const reader = new WireReader(bytes);
  const message = codec.decode(reader, version);
  reader.finish();
  return message;
}

for (const codec of wireCodecs) {
  for (const version of versionsOf(codec.api)) {
    suite(`${codec.api} ${codec.kind}, version ${version}`, () => {
      test('comes back as it was', () => {
        const random = seededRandom(version);
        for (let round = 0; round < 200; round += 1) {
          const message = codec.random(random, version);
          assert.deepEqual(decoded(codec, version, encoded(codec, version, message)), message);
        }
      });

      test('is refused with CW-3005 wherever it is cut, or longer than it should be', () => {
        const random = seededRandom(version + 100);
        for (let round = 0; round < 20; round += 1) {
          const bytes = encoded(codec, version, codec.random(random, version));
          for (let cut = 0; cut < bytes.length; cut += 1) {
            const cutOff = bytes.subarray(0, cut);
            assert.throws(() => decoded(codec, version, cutOff), { code: 'CW-3005' });
          }
          const longer = Buffer.concat([bytes, Buffer.from([0])]);
          assert.throws(() => decoded(codec, version, longer), { code: 'CW-3005' });
        }
      });
    });
  }
}

test('unknown tagged fields are passed over, known ones behind them are still read', () => {
  const w = new WireWriter();
  w.int32(0).int16(0).int32(0).uvarint(2).uuid('0'.repeat(32)).uvarint(2);
  w.int32(3).int16(6).int64(1n).int64(1n).int64(0n).uvarint(0).int32(-1).uvarint(0);
  w.uvarint(3);
  w.tag(0, (body) => body.int32(4).int64(44n).noTags());
  w.tag(1, (body) => body.int32(2).int32(9).uvarint(1).uvarint(5).uvarint(2).int16(0));
  w.tag(77, (body) => body.compactString('from the future'));
  w.noTags().noTags();
  const answer = decodeFetchResponse(new WireReader(w.bytes), 16, noLease);
  const [partition] = answer.topics[0]?.partitions ?? [];
  assert.deepEqual(partition?.diverging, { epoch: 4, endOffset: 44n });
  assert.deepEqual(partition?.currentLeader, { leaderId: 2, leaderEpoch: 9 });
});

test('a produce answer without a message of its own shows that of a record', () => {
  const w = new WireWriter();
  w.uvarint(2).compactString('t').uvarint(2);
  w.int32(0).int16(87).int64(-1n).int64(-1n).int64(-1n);
  w.uvarint(2).int32(0).compactNullableString('the record has no key').noTags();
  w.compactNullableString(undefined).noTags();
  w.noTags().int32(0).noTags();
  const [produced] = decodeProduceResponse(new WireReader(w.bytes), 9).partitions;
  assert.equal(produced?.errorMessage, 'the record has no key');
});

test('an answer about no coordinator, or about two, is refused', () => {
  for (const count of [0, 2]) {
    const w = new WireWriter();
    w.int32(0).uvarint(count + 1);
    for (let i = 0; i < count; i += 1) {
      w.compactString('id').int32(1).compactString('host').int32(9092).int16(0).uvarint(0).noTags();
    }
    w.noTags();
    assert.throws(() => decodeFindCoordinatorResponse(new WireReader(w.bytes), 4), { code: 'CW-3005' });
  }
});

test('a produce request with acknowledgements that Kafka does not know is refused', () => {
  const w = new WireWriter().uvarint(0).int16(2).int32(0).uvarint(1).noTags();
  assert.throws(() => decodeProduceRequest(new WireReader(w.bytes), 9), { code: 'CW-3005' });
});
