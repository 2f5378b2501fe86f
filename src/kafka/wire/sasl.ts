// SaslHandshake, version 1 (KIP-43, KIP-152), and SaslAuthenticate, version 2 (KIP-152, KIP-368).
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface SaslHandshakeResponse {
  readonly errorCode: number;
  /** What the broker offers on this listener. */
  readonly mechanisms: readonly string[];
}

export interface SaslAuthenticateResponse {
  readonly errorCode: number;
  readonly errorMessage: string | undefined;
  readonly bytes: Buffer;
  /** For how long the login holds; 0: for ever. */
  readonly sessionLifetimeMs: number;
}

export function encodeSaslHandshakeRequest(w: WireWriter, _version: number, mechanism: string): void {
  w.nullableString(mechanism);
}

export function decodeSaslHandshakeRequest(r: WireReader, _version: number): string {
  return r.nullableString() ?? r.fail('no mechanism');
}

export function encodeSaslHandshakeResponse(
  w: WireWriter,
  _version: number,
  { errorCode, mechanisms }: SaslHandshakeResponse,
): void {
  w.int16(errorCode).int32(mechanisms.length);
  for (const mechanism of mechanisms) w.nullableString(mechanism);
}

export function decodeSaslHandshakeResponse(r: WireReader, _version: number): SaslHandshakeResponse {
  const errorCode = r.int16();
  // A text has two bytes of length at least.
  const mechanisms = Array.from({ length: r.count(2) }, () => r.nullableString() ?? '');
  return { errorCode, mechanisms };
}

export function encodeSaslAuthenticateRequest(w: WireWriter, _version: number, bytes: Buffer): void {
  w.compactBytes(bytes).noTags();
}

export function decodeSaslAuthenticateRequest(r: WireReader, _version: number): Buffer {
  const bytes = Buffer.from(r.compactNullableBytes());
  r.taggedFields();
  return bytes;
}

export function encodeSaslAuthenticateResponse(
  w: WireWriter,
  _version: number,
  { errorCode, errorMessage, bytes, sessionLifetimeMs }: SaslAuthenticateResponse,
): void {
  w.int16(errorCode).compactNullableString(errorMessage).compactBytes(bytes);
  w.int64(BigInt(sessionLifetimeMs)).noTags();
}

export function decodeSaslAuthenticateResponse(r: WireReader, _version: number): SaslAuthenticateResponse {
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  // Kept beyond the call, which the read buffer is not.
  const bytes = Buffer.from(r.compactNullableBytes());
  const sessionLifetimeMs = Number(r.int64());
  r.taggedFields();
  return { errorCode, errorMessage, bytes, sessionLifetimeMs };
}
