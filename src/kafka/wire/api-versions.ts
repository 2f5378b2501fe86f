// ApiVersions, versions 0 to 3 (KIP-511): what a broker understands. A broker that is asked in a version it
// does not know answers in version 0, with UNSUPPORTED_VERSION.
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface ApiVersionsRequest {
  readonly softwareName: string;
  readonly softwareVersion: string;
}
export interface ApiRange {
  readonly key: number;
  readonly min: number;
  readonly max: number;
}
export interface ApiVersionsResponse {
  readonly errorCode: number;
  readonly ranges: readonly ApiRange[];
  readonly throttleMs: number;
}

/** Kafka 4.3 has less than a hundred calls. */
const rangesMax = 1_000;

export function encodeApiVersionsRequest(w: WireWriter, version: number, request: ApiVersionsRequest): void {
  if (version >= 3) w.compactString(request.softwareName).compactString(request.softwareVersion).noTags();
}

export function decodeApiVersionsRequest(r: WireReader, version: number): ApiVersionsRequest {
  if (version < 3) return { softwareName: '', softwareVersion: '' };
  const softwareName = r.compactString();
  const softwareVersion = r.compactString();
  r.taggedFields();
  return { softwareName, softwareVersion };
}

export function encodeApiVersionsResponse(w: WireWriter, version: number, answer: ApiVersionsResponse): void {
  w.int16(answer.errorCode);
  if (version < 3) w.int32(answer.ranges.length);
  else w.uvarint(answer.ranges.length + 1);
  for (const { key, min, max } of answer.ranges) {
    w.int16(key).int16(min).int16(max);
    if (version >= 3) w.noTags();
  }
  if (version >= 1) w.int32(answer.throttleMs);
  if (version >= 3) w.noTags();
}

export function decodeApiVersionsResponse(r: WireReader, version: number): ApiVersionsResponse {
  const errorCode = r.int16();
  const count = version < 3 ? r.count(6) : r.compactCount(7);
  if (count > rangesMax) r.fail(`${count} calls, more than any broker has`);
  const ranges: ApiRange[] = [];
  for (let i = 0; i < count; i += 1) {
    ranges.push({ key: r.int16(), min: r.int16(), max: r.int16() });
    if (version >= 3 && !r.emptyTags()) r.taggedFields();
  }
  const throttleMs = version >= 1 ? r.throttle() : 0;
  if (version >= 3) r.taggedFields();
  return { errorCode, ranges, throttleMs };
}
