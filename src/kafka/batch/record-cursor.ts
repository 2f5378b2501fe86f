// Reads the records of a batch of magic 2 where they stand, unpacked: numbers, fields, headers, each length
// checked against the bytes that are left (DefaultRecord, KIP-98). Everything here throws CW-3005.
import { CausewayError } from '../../base/errors.ts';
import type { RecordHeader } from './encode-batch.ts';

/** Length, attributes, two deltas, key, value and the number of headers take at least one byte each. */
const recordBytesMin = 7;

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/** Where reading stands inside the unpacked records of the batch at `baseOffset`. */
export class RecordCursor {
  readonly bytes: Buffer;
  at = 0;
  readonly #baseOffset: bigint;

  constructor(bytes: Buffer, baseOffset: bigint) {
    this.bytes = bytes;
    this.#baseOffset = baseOffset;
  }

  refuse(what: string): never {
    throw new CausewayError('CW-3005', `the batch at offset ${this.#baseOffset} is damaged: ${what}`);
  }

  checkCount(count: number): void {
    if (count >= 0 && count * recordBytesMin <= this.bytes.length) return;
    this.refuse(`it claims ${count} records in ${this.bytes.length} bytes`);
  }

  /** After the last record. */
  checkEnd(): void {
    if (this.at === this.bytes.length) return;
    this.refuse(`${this.bytes.length - this.at} bytes follow the last record`);
  }

  /** After the last header of a record. */
  checkRecordEnd(end: number): void {
    if (this.at !== end) this.refuse(`a record ends ${end - this.at} bytes before its length says`);
  }

  recordEnd(): number {
    const length = this.varint();
    if (length < recordBytesMin - 1 || length > this.bytes.length - this.at) {
      this.refuse(`a record claims ${length} bytes, ${this.bytes.length - this.at} are left`);
    }
    return this.at + length;
  }

  field(end: number): Buffer | undefined {
    const length = this.skipField(end);
    return length === -1 ? undefined : this.bytes.subarray(this.at - length, this.at);
  }

  /** Its length; -1 where there is none. */
  skipField(end: number): number {
    const length = this.varint();
    if (length === -1) return length;
    if (length < 0 || length > end - this.at) {
      this.refuse(`a field claims ${length} bytes, ${end - this.at} are left`);
    }
    this.at += length;
    return length;
  }

  headers(end: number): readonly RecordHeader[] {
    const count = this.#headerCount(end);
    if (count === 0) return noHeaders;
    const headers: RecordHeader[] = [];
    for (let i = 0; i < count; i += 1) {
      const key = this.field(end) ?? this.refuse('a header without a key');
      headers.push({ key, value: this.field(end) });
    }
    return headers;
  }

  skipHeaders(end: number): void {
    const count = this.#headerCount(end);
    for (let i = 0; i < count; i += 1) {
      if (this.skipField(end) === -1) this.refuse('a header without a key');
      this.skipField(end);
    }
  }

  #headerCount(end: number): number {
    const count = this.varint();
    if (count >= 0 && count * 2 <= end - this.at) return count;
    return this.refuse(`${count} headers, ${end - this.at} bytes are left`);
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.refuse('a number runs on for more than 5 bytes');
  }

  /** A number wherever that is exact: a BigInt for each record would cost more than the rest of it. */
  varlong(): number | bigint {
    let low = 0;
    for (let bytes = 0, factor = 1; bytes < 7; bytes += 1, factor *= 128) {
      const byte = this.#byte();
      low += (byte & 0x7f) * factor;
      if (byte < 0x80) return low % 2 === 0 ? low / 2 : -(low + 1) / 2;
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    return this.refuse('a number runs on for more than 10 bytes');
  }

  #byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) return this.refuse('the records end in the middle of a number');
    this.at += 1;
    return byte;
  }
}
