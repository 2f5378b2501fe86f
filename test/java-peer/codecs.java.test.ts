// Every codec of ours against the message classes of kafka-clients. Here encoded: Kafka reads it, writes the
// same bytes and shows the same fields. There made, with tagged fields of the future: we read the same
// fields.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type Random, seededRandom } from '../../src/base/random.ts';
import { layOutProduce } from '../../src/kafka/client/produce-frame.ts';
import { apis } from '../../src/kafka/wire/api.ts';
import {
  decodeRequestHeader,
  decodeResponseHeaderRest,
  encodeRequestHeader,
  encodeResponseHeader,
} from '../../src/kafka/wire/headers.ts';
import type { ProduceRequest } from '../../src/kafka/wire/messages.ts';
import { WireReader } from '../../src/kafka/wire/reader.ts';
import { WireWriter } from '../../src/kafka/wire/writer.ts';
import { int32, text } from '../fixtures/random-messages.ts';
import { versionsOf, type WireCodec, wireCodecs } from '../fixtures/wire-codecs.ts';
import { constants, constantsWanted, fromJson, parseJson, patternOf } from './from-json.ts';
import { JavaPeer } from './java-peer.ts';

/** Requests and as many answers, so that each version of a call meets 10,000 messages in each direction. */
const messagesEach = 5_000;

interface Header {
  readonly correlationId: number;
  readonly clientId: string | undefined;
}

let kept: JavaPeer | undefined;
after(() => kept?.stop());

/** Runs `body` with a peer that has no answers left over; after a failure the next one gets a new peer. */
async function withPeer(body: (peer: JavaPeer) => Promise<void>): Promise<void> {
  const peer = kept ?? (await JavaPeer.start('MessagePeer.java'));
  kept = peer;
  try {
    await body(peer);
  } catch (error) {
    kept = undefined;
    await peer.stop();
    throw error;
  }
}

for (const codec of wireCodecs) {
  for (const version of versionsOf(codec.api)) {
    suite(`${apis[codec.api].name} ${codec.kind}, version ${version}`, () => {
      test(`${messagesEach} encoded here, decoded there`, () =>
        withPeer((peer) => encodeHere(peer, codec, version)));
      test(`${messagesEach} encoded there, decoded here`, () =>
        withPeer((peer) => decodeHere(peer, codec, version)));
    });
  }
}

function commandHead(what: 'C' | 'G', codec: WireCodec, version: number, moreBytes: number): Buffer {
  const head = Buffer.alloc(6 + moreBytes);
  head.write(what, 0);
  head.writeInt8(codec.kind === 'request' ? 1 : 0, 1);
  head.writeInt16BE(apis[codec.api].key, 2);
  head.writeInt16BE(version, 4);
  return head;
}

async function encodeHere(peer: JavaPeer, codec: WireCodec, version: number): Promise<void> {
  const random = seededRandom(version * 100 + apis[codec.api].key);
  const head = commandHead('C', codec, version, 0);
  const sent: { message: unknown; header: Header }[] = [];
  const sendAll = async () => {
    for (let count = 0; count < messagesEach; count += 1) {
      const message = codec.random(random, version);
      const header = randomHeader(random, codec);
      sent.push({ message, header });
      await peer.send(Buffer.concat([head, encoded(codec, version, header, message)]));
    }
  };
  const checkAll = async () => {
    for (let count = 0; count < messagesEach; count += 1) {
      const { problem, text: json } = await peer.next();
      assert.equal(problem, undefined);
      const { message, header } = sent[count] as (typeof sent)[0];
      const [headerJson, bodyJson] = parseJson(json);
      compare(shownHeader(headerJson, codec), header, json);
      const theirs = fromJson[codec.api][codec.kind](bodyJson, version);
      compare(withPatterns(theirs), withPatterns(message), json);
      if (codec.kind === 'request') {
        compare(constants[codec.api]?.(bodyJson), constantsWanted[codec.api], json);
      }
    }
  };
  // At the same time: either process would stop once nobody reads what it writes.
  await Promise.all([sendAll(), checkAll()]);
}

async function decodeHere(peer: JavaPeer, codec: WireCodec, version: number): Promise<void> {
  const command = commandHead('G', codec, version, 12);
  command.writeInt32BE(messagesEach, 6);
  command.writeBigInt64BE(BigInt(version * 100 + apis[codec.api].key), 10);
  await peer.send(command);
  for (let count = 0; count < messagesEach; count += 1) {
    const { problem, text: json, bytes } = await peer.next();
    assert.equal(problem, undefined);
    const reader = new WireReader(bytes);
    const header = decodedHeader(reader, codec);
    const message = codec.decode(reader, version);
    reader.finish();
    const [headerJson, bodyJson] = parseJson(json);
    compare(header, shownHeader(headerJson, codec), json);
    compare(message, fromJson[codec.api][codec.kind](bodyJson, version), json);
  }
}

function randomHeader(random: Random, codec: WireCodec): Header {
  const clientId = codec.kind === 'response' ? undefined : text(random);
  return { correlationId: int32(random), clientId };
}

function encoded(codec: WireCodec, version: number, header: Header, message: unknown): Buffer {
  const { key: apiKey } = apis[codec.api];
  const { correlationId, clientId } = header;
  // What leaves for the network is laid out on a way of its own.
  if (codec.api === 'produce' && codec.kind === 'request') {
    const head = { apiKey, version, correlationId, clientId: Buffer.from(clientId ?? '') };
    const frame = layOutProduce(head, message as ProduceRequest, (bytes) => Buffer.alloc(bytes));
    return Buffer.concat(frame.pieces).subarray(4);
  }
  const writer = new WireWriter();
  if (codec.kind === 'request') encodeRequestHeader(writer, { apiKey, version, correlationId, clientId });
  else encodeResponseHeader(writer, apiKey, correlationId);
  codec.encode(writer, version, message);
  return writer.bytes;
}

function decodedHeader(reader: WireReader, codec: WireCodec): Header {
  if (codec.kind === 'response') {
    const correlationId = reader.int32();
    decodeResponseHeaderRest(reader, apis[codec.api].key);
    return { correlationId, clientId: undefined };
  }
  const { correlationId, clientId } = decodeRequestHeader(reader);
  return { correlationId, clientId };
}

// oxlint-disable-next-line typescript/no-explicit-any -- its shape is Kafka's, and is what is tested
const shownHeader = (json: any, codec: WireCodec): Header => ({
  correlationId: json.correlationId,
  clientId: codec.kind === 'request' ? (json.clientId ?? undefined) : undefined,
});

/** Kafka's JSON tells only the size of records; their bytes were compared when Kafka wrote them again. */
function withPatterns(message: unknown): unknown {
  if (Buffer.isBuffer(message)) return patternOf(message.length);
  if (Array.isArray(message)) return message.map(withPatterns);
  if (typeof message !== 'object' || message === null) return message;
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [name, withPatterns(value)]));
}

function compare(ours: unknown, theirs: unknown, json: string): void {
  // Much faster than the assertion, which explains.
  if (!isDeepStrictEqual(ours, theirs)) assert.deepEqual(ours, theirs, json);
}
