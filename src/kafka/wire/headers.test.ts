// Headers byte by byte: ApiVersions stays apart, everything else has tagged fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRequestHeader, decodeResponseHeaderRest } from './headers.ts';
import { encodeRequestHeader, encodeResponseHeader } from './headers.ts';
import { WireReader } from './reader.ts';
import { WireWriter } from './writer.ts';

const requests: readonly (readonly [string, number, number, string | undefined, string])[] = [
  ['fetch', 1, 13, 'me', '0001000d0000002a00026d6500'],
  ['ApiVersions 2, before tagged fields', 18, 2, 'me', '001200020000002a00026d65'],
  ['ApiVersions 3', 18, 3, 'me', '001200030000002a00026d6500'],
  ['no client id', 3, 12, undefined, '0003000c0000002affff00'],
  ['an empty client id', 3, 12, '', '0003000c0000002a000000'],
];

for (const [name, apiKey, version, clientId, hex] of requests) {
  test(`request header: ${name}`, () => {
    const header = { apiKey, version, correlationId: 42, clientId };
    const writer = new WireWriter();
    encodeRequestHeader(writer, header);
    assert.equal(writer.bytes.toString('hex'), hex);
    const reader = new WireReader(Buffer.from(hex, 'hex'));
    assert.deepEqual(decodeRequestHeader(reader), header);
    reader.finish();
  });
}

test('answer header: tagged fields everywhere but in ApiVersions', () => {
  for (const [apiKey, hex] of [
    [1, '0000002a00'],
    [18, '0000002a'],
  ] as const) {
    const writer = new WireWriter();
    encodeResponseHeader(writer, apiKey, 42);
    assert.equal(writer.bytes.toString('hex'), hex);
    const reader = new WireReader(Buffer.from(hex, 'hex'), 4);
    decodeResponseHeaderRest(reader, apiKey);
    reader.finish();
  }
});
