// Damaged answers, seeded: no decoder ends in anything but CW-3005, and none takes more than 8 times the
// memory of its input. Memory is measured, garbage included; what an error or an empty answer takes anyway is
// allowed on top.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocatedBy, exceeds, usualBytesOf } from '../../../test/fixtures/allocation.ts';
import { mutate, noise } from '../../../test/fixtures/mutate.ts';
import { noLease, versionsOf, type WireCodec, wireCodecs } from '../../../test/fixtures/wire-codecs.ts';
import { CausewayError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { decodeAddPartitionsToTxnResponse } from './add-partitions-to-txn.ts';
import { decodeApiVersionsResponse } from './api-versions.ts';
import { decodeDeleteRecordsResponse } from './delete-records.ts';
import { decodeDescribeProducersResponse } from './describe-producers.ts';
import { decodeDescribeTransactionsResponse } from './describe-transactions.ts';
import { decodeFetchResponse } from './fetch.ts';
import { decodeFindCoordinatorResponse } from './find-coordinator.ts';
import { decodeListOffsetsResponse } from './list-offsets.ts';
import { decodeMetadataResponse } from './metadata.ts';
import { decodeOffsetForLeaderEpochResponse } from './offset-for-leader-epoch.ts';
import { decodeProduceResponse } from './produce.ts';
import { WireReader } from './reader.ts';
import { decodeWriteTxnMarkersResponse } from './write-txn-markers.ts';
import { WireWriter } from './writer.ts';

const inputsEach = 60_000;
const timesMax = 8;
/** An error with its text and details, a handful of objects around an empty answer. */
const alwaysBytes = 8 * 1024;

// Traces of errors would take more time and memory than everything else.
Error.stackTraceLimit = 0;

for (const codec of wireCodecs.filter(({ kind }) => kind === 'response')) {
  for (const version of versionsOf(codec.api)) {
    test(`${codec.api} ${version}: ${inputsEach} damaged answers`, () => fuzz(codec, version));
  }
}

function fuzz(codec: WireCodec, version: number): void {
  const random = seededRandom(version * 31 + codec.api.length);
  let refused = 0;
  let original: Buffer = Buffer.alloc(0);
  for (let count = 0; count < inputsEach; count += 1) {
    if (count % 16 === 0) {
      const writer = new WireWriter();
      codec.encode(writer, version, codec.random(random, version));
      original = Buffer.from(writer.bytes);
    }
    const input = count % 16 === 1 ? noise(random, random.int(60)) : mutate(random, original);
    const decode = () => {
      if (!accepted(codec, version, input)) refused += 1;
    };
    const bytesMax = timesMax * input.length + alwaysBytes;
    if (allocatedBy(decode) > bytesMax && exceeds(decode, bytesMax)) {
      assert.fail(`input ${count}: more than ${bytesMax} bytes for ${input.length}`);
    }
  }
  // Otherwise the damage does not reach the decoder.
  assert.ok(refused > inputsEach / 4, `only ${refused} refused`);
}

function accepted(codec: WireCodec, version: number, input: Buffer): boolean {
  const reader = new WireReader(input);
  try {
    codec.decode(reader, version);
    reader.finish();
    return true;
  } catch (error) {
    if (error instanceof CausewayError && error.code === 'CW-3005') return false;
    throw new Error(`input ${input.toString('hex', 0, 200)}`, { cause: error });
  }
}

/** An answer of many elements of one kind, each as small as the wire allows. */
interface Dense {
  readonly name: string;
  readonly before: string;
  /** A compact count comes in front of the elements, except for ApiVersions 0. */
  readonly element: string;
  readonly behind: string;
  readonly decode: (reader: WireReader) => unknown;
  /** Instead of `timesMax`. */
  readonly times?: number;
}

const zeros = (bytes: number): string => '00'.repeat(bytes);
/** Large numbers take more memory than small ones. */
const large = (bytes: number): string => '7f'.repeat(bytes);

const fetch = (reader: WireReader) => decodeFetchResponse(reader, 16, noLease);
const fetchHead = zeros(10);
const oneFetchTopic = `${fetchHead}02${large(16)}`;
const fetched = `${zeros(6)}${large(24)}`;
const produce = (reader: WireReader) => decodeProduceResponse(reader, 13);
const oneProduceTopic = `02${large(16)}`;
const produced = `${zeros(6)}${large(24)}`;
const produceTail = `00${zeros(4)}00`;
const metadata = (reader: WireReader) => decodeMetadataResponse(reader, 12);
const oneMetadataTopic = `${zeros(4)}0100${zeros(4)}02${zeros(3)}${large(16)}00`;
const metadataTail = `${zeros(4)}0000`;
const topicT = `${zeros(4)}020274`;

const dense: readonly Dense[] = [
  {
    name: 'topics of Fetch',
    before: fetchHead,
    element: `${large(16)}0100`,
    behind: '00',
    decode: fetch,
  },
  {
    name: 'partitions of Fetch',
    before: oneFetchTopic,
    element: `${fetched}01${zeros(4)}0000`,
    behind: '0000',
    decode: fetch,
  },
  {
    name: 'short records of Fetch',
    before: oneFetchTopic,
    element: `${fetched}01${zeros(4)}0d${large(12)}00`,
    behind: '0000',
    decode: fetch,
  },
  {
    name: 'shortest records of Fetch',
    before: oneFetchTopic,
    element: `${fetched}01${zeros(4)}027f00`,
    behind: '0000',
    decode: fetch,
  },
  {
    name: 'tagged fields of Fetch',
    before: oneFetchTopic,
    element: `${fetched}01${zeros(4)}0002000d${zeros(4)}${large(8)}000109${zeros(8)}00`,
    behind: '0000',
    decode: fetch,
  },
  {
    name: 'aborted transactions of Fetch',
    before: `${oneFetchTopic}02${fetched}`,
    element: `${large(16)}00`,
    behind: `${zeros(4)}00000000`,
    decode: fetch,
  },
  {
    name: 'topics of Produce',
    before: '',
    element: `${large(16)}0100`,
    behind: produceTail.slice(2),
    decode: produce,
  },
  {
    name: 'partitions of Produce',
    before: oneProduceTopic,
    element: `${produced}010000`,
    behind: produceTail,
    decode: produce,
  },
  {
    name: 'leaders of Produce',
    before: oneProduceTopic,
    element: `${produced}0100010009${zeros(8)}00`,
    behind: produceTail,
    decode: produce,
  },
  {
    name: 'record errors of Produce',
    before: `${oneProduceTopic}02${produced}`,
    element: `${zeros(4)}03616200`,
    behind: `0000${produceTail}`,
    decode: produce,
  },
  {
    name: 'brokers of Metadata',
    before: zeros(4),
    element: `${zeros(4)}036162${zeros(4)}03616200`,
    behind: `00${zeros(4)}0100`,
    decode: metadata,
  },
  {
    name: 'topics of Metadata',
    before: `${zeros(4)}0100${zeros(4)}`,
    element: `${zeros(3)}${large(16)}0001${zeros(4)}00`,
    behind: '00',
    decode: metadata,
  },
  {
    name: 'partitions of Metadata',
    before: oneMetadataTopic,
    element: `${zeros(14)}02${large(4)}02${large(4)}02${large(4)}00`,
    behind: metadataTail,
    decode: metadata,
  },
  {
    name: 'replicas of Metadata',
    before: `${oneMetadataTopic}02${zeros(14)}`,
    element: large(4),
    behind: `010100${metadataTail}`,
    decode: metadata,
  },
  {
    name: 'producers of DescribeProducers',
    before: `${topicT}02${zeros(7)}`,
    element: `${large(36)}00`,
    behind: '000000',
    decode: (reader) => decodeDescribeProducersResponse(reader, 0),
  },
  {
    name: 'partitions of DescribeProducers',
    before: topicT,
    element: `${zeros(7)}0100`,
    behind: '0000',
    decode: (reader) => decodeDescribeProducersResponse(reader, 0),
  },
  {
    name: 'partitions of ListOffsets',
    before: topicT,
    element: `${zeros(6)}${large(20)}00`,
    behind: '0000',
    decode: (reader) => decodeListOffsetsResponse(reader, 7),
  },
  {
    name: 'topics of ListOffsets',
    before: zeros(4),
    element: '0361620100',
    behind: '00',
    decode: (reader) => decodeListOffsetsResponse(reader, 7),
  },
  {
    name: 'partitions of OffsetForLeaderEpoch',
    before: topicT,
    element: `${zeros(6)}${large(12)}00`,
    behind: '0000',
    decode: (reader) => decodeOffsetForLeaderEpochResponse(reader, 4),
  },
  {
    name: 'ids of WriteTxnMarkers',
    before: '',
    element: `${large(8)}0100`,
    behind: '00',
    decode: (reader) => decodeWriteTxnMarkersResponse(reader, 1),
  },
  {
    name: 'topics of WriteTxnMarkers',
    before: '',
    element: `${large(8)}02027401${zeros(2)}`,
    behind: '00',
    decode: (reader) => decodeWriteTxnMarkersResponse(reader, 1),
  },
  {
    name: 'partitions of WriteTxnMarkers',
    // Nothing else is as short on the wire for what it says; it answers what we have asked for, once.
    times: 12,
    before: `02${large(8)}020274`,
    element: `${large(6)}00`,
    behind: '000000',
    decode: (reader) => decodeWriteTxnMarkersResponse(reader, 1),
  },
  {
    name: 'partitions of AddPartitionsToTxn',
    before: topicT,
    element: `${large(6)}00`,
    behind: '0000',
    decode: (reader) => decodeAddPartitionsToTxnResponse(reader, 3),
  },
  {
    name: 'ids of DescribeTransactions',
    before: zeros(4),
    element: `${zeros(2)}036162036162${large(22)}0100`,
    behind: '00',
    decode: (reader) => decodeDescribeTransactionsResponse(reader, 0),
  },
  {
    name: 'partitions of DeleteRecords',
    before: topicT,
    element: `${large(14)}00`,
    behind: '0000',
    decode: (reader) => decodeDeleteRecordsResponse(reader, 2),
  },
];

function densest({ before, element, behind }: Dense, count: number): Buffer {
  const writer = new WireWriter().raw(Buffer.from(before, 'hex')).uvarint(count + 1);
  const bytes = Buffer.from(element, 'hex');
  for (let i = 0; i < count; i += 1) writer.raw(bytes);
  return Buffer.from(writer.raw(Buffer.from(behind, 'hex')).bytes);
}

for (const each of dense) {
  const { times = timesMax } = each;
  test(`an answer of nothing but ${each.name} takes at most ${times} times its length`, () => {
    for (const count of [1, 10, 1_000, 5_000]) {
      const input = densest(each, count);
      const decode = () => {
        const reader = new WireReader(input);
        each.decode(reader);
        reader.finish();
      };
      const bytes = usualBytesOf(decode);
      assert.ok(bytes <= times * input.length + alwaysBytes, `${bytes} bytes for ${input.length}`);
    }
  });
}

test('more calls than any broker has, or more coordinators than were asked for, are refused', () => {
  const calls = Buffer.concat([Buffer.from('0000000003e9', 'hex'), Buffer.alloc(6 * 1_001)]);
  assert.throws(() => decodeApiVersionsResponse(new WireReader(calls), 0), { message: /1001 calls/ });
  const coordinator = `01${zeros(4)}01${zeros(4)}${zeros(2)}0000`;
  const two = Buffer.from(`${zeros(4)}03${coordinator}${coordinator}00`, 'hex');
  assert.throws(() => decodeFindCoordinatorResponse(new WireReader(two), 4), { code: 'CW-3005' });
});
