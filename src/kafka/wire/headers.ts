// What stands before every request and answer (KIP-482: header versions 1 and 2 for requests, 0 and 1 for
// answers).
import { apis } from './api.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** SaslHandshake and ApiVersions up to version 2 came before tagged fields; everything else here is newer. */
const hasTags = (apiKey: number, version: number): boolean =>
  apiKey !== apis.saslHandshake.key && (apiKey !== apis.apiVersions.key || version >= 3);

/** ApiVersions answers without tags in every version (KIP-511). */
const answersWithTags = (apiKey: number): boolean =>
  apiKey !== apis.apiVersions.key && apiKey !== apis.saslHandshake.key;

export interface RequestHeader {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | undefined;
}

export function encodeRequestHeader(writer: WireWriter, header: RequestHeader): void {
  writer.int16(header.apiKey).int16(header.version).int32(header.correlationId);
  writer.nullableString(header.clientId);
  if (hasTags(header.apiKey, header.version)) writer.noTags();
}

export function decodeRequestHeader(reader: WireReader): RequestHeader {
  const apiKey = reader.int16();
  const version = reader.int16();
  const correlationId = reader.int32();
  const clientId = reader.nullableString();
  if (hasTags(apiKey, version)) reader.taggedFields();
  return { apiKey, version, correlationId, clientId };
}

/** The correlation id is written by the caller; what follows it depends on the call. */
export function encodeResponseHeader(writer: WireWriter, apiKey: number, correlationId: number): void {
  writer.int32(correlationId);
  if (answersWithTags(apiKey)) writer.noTags();
}

/** Reads what follows the correlation id. */
export function decodeResponseHeaderRest(reader: WireReader, apiKey: number): void {
  if (answersWithTags(apiKey)) reader.taggedFields();
}
