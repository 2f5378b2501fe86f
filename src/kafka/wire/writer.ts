// Writes Kafka's primitive types into one growing buffer.

const bytesAtFirst = 256;

export class WireWriter {
  #bytes: Buffer;
  #position: number;

  /** `reserve` leaves that many bytes free at the front. */
  constructor(reserve = 0, expectedBytes = bytesAtFirst) {
    this.#bytes = Buffer.allocUnsafe(Math.max(reserve + expectedBytes, 16));
    this.#position = reserve;
  }

  get position(): number {
    return this.#position;
  }
  /** What has been written; a view that later writes may leave behind. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#position);
  }

  #room(count: number): number {
    const at = this.#position;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    this.#position = needed;
    return at;
  }

  int8(value: number): this {
    const at = this.#room(1);
    this.#bytes.writeInt8(value, at);
    return this;
  }
  int16(value: number): this {
    const at = this.#room(2);
    this.#bytes.writeInt16BE(value, at);
    return this;
  }
  int32(value: number): this {
    const at = this.#room(4);
    this.#bytes.writeInt32BE(value, at);
    return this;
  }
  int64(value: bigint): this {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
    return this;
  }
  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }
  uvarint(value: number): this {
    let left = value;
    while (left >= 0x80) {
      const at = this.#room(1);
      this.#bytes[at] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    const at = this.#room(1);
    this.#bytes[at] = left;
    return this;
  }
  /** From 32 hex digits. */
  uuid(value: string): this {
    const at = this.#room(16);
    const written = this.#bytes.write(value, at, 16, 'hex');
    if (written !== 16 || value.length !== 32) throw new RangeError(`not a topic id: '${value}'`);
    return this;
  }

  compactString(value: string): this {
    return this.compactNullableString(value);
  }
  compactNullableString(value: string | undefined): this {
    if (value === undefined) return this.uvarint(0);
    const length = Buffer.byteLength(value);
    this.uvarint(length + 1);
    const at = this.#room(length);
    this.#bytes.write(value, at, length, 'utf8');
    return this;
  }
  /** With a 16-bit length, as in old versions and request headers. */
  nullableString(value: string | undefined): this {
    if (value === undefined) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.int16(length);
    const at = this.#room(length);
    this.#bytes.write(value, at, length, 'utf8');
    return this;
  }
  compactBytes(value: Buffer): this {
    this.uvarint(value.length + 1);
    return this.raw(value);
  }
  raw(value: Buffer): this {
    const at = this.#room(value.length);
    value.copy(this.#bytes, at);
    return this;
  }

  /** Repeats what has been written from `from` up to `to`. */
  again(from: number, to: number): this {
    const at = this.#room(to - from);
    this.#bytes.copyWithin(at, from, to);
    return this;
  }

  compactArray<T>(elements: readonly T[], write: (writer: this, element: T) => void): this {
    this.uvarint(elements.length + 1);
    for (const element of elements) write(this, element);
    return this;
  }
  compactInts(values: readonly number[]): this {
    this.uvarint(values.length + 1);
    for (const value of values) this.int32(value);
    return this;
  }
  /** No tagged fields. */
  noTags(): this {
    return this.uvarint(0);
  }
  /** One tagged field with its size, the body written by `write`. */
  tag(tag: number, write: (writer: WireWriter) => void): this {
    const body = new WireWriter();
    write(body);
    return this.uvarint(tag).uvarint(body.position).raw(body.bytes);
  }

  /** Fills in the 32-bit length of everything behind it, at `at`. */
  patchInt32(at: number, value: number): this {
    this.#bytes.writeInt32BE(value, at);
    return this;
  }
}
