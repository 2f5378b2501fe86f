// Reads Kafka's primitive types from bytes that nobody has vouched for. Every read is checked against the
// bytes that are left, and no count or length is believed before that: a decoder never makes room for what
// cannot follow.
import { CausewayError } from '../../base/errors.ts';

const noBytes = Buffer.alloc(0);
const noElements: readonly never[] = Object.freeze([]);

/** Room for `length` elements at once: an array that grows leaves three times its size behind. */
// oxlint-disable-next-line unicorn/no-new-array -- nothing else makes room without filling it
const arrayOf = <T>(length: number): T[] => new Array<T>(length);
const passOver = (): void => undefined;
const readInt32 = (reader: WireReader): number => reader.int32();

export class WireReader {
  readonly bytes: Buffer;
  readonly end: number;
  position: number;
  /** How long the broker wants quiet (KIP-219), once the answer has told. */
  throttleMs = 0;
  readonly #view: DataView;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, end);
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Moves on by `count` bytes and returns where they began. */
  #take(count: number): number {
    const at = this.position;
    if (count > this.end - at) this.fail(`${count} more bytes are needed, ${this.end - at} are left`);
    this.position = at + count;
    return at;
  }

  /** Throws CW-3005, naming where in the message. */
  fail(what: string): never {
    throw new CausewayError(
      'CW-3005',
      `malformed message: ${what} (at byte ${this.position} of ${this.end})`,
    );
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }
  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }
  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }
  /** The throttle time of an answer. */
  throttle(): number {
    this.throttleMs = this.int32();
    return this.throttleMs;
  }
  boolean(): boolean {
    return this.#view.getInt8(this.#take(1)) !== 0;
  }

  /** Unsigned, at most 5 bytes, at most 2^31 - 1: as Kafka counts and measures (KIP-482). */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.#take(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value <= 0xffff_ffff ? value : this.fail(`${value} does not fit 32 bits`);
    }
    return this.fail('a number runs on for more than 5 bytes');
  }

  /** A topic id as 32 lower-case hex digits. */
  uuid(): string {
    const at = this.#take(16);
    return this.bytes.toString('hex', at, at + 16);
  }

  /** Length plus one; undefined stands for null. */
  #compactLength(): number | undefined {
    const plusOne = this.uvarint();
    if (plusOne === 0) return undefined;
    if (plusOne - 1 > this.remaining)
      this.fail(`a length of ${plusOne - 1} with ${this.remaining} bytes left`);
    return plusOne - 1;
  }

  compactNullableString(): string | undefined {
    const length = this.#compactLength();
    return length === undefined ? undefined : this.#text(length);
  }
  compactString(): string {
    return this.compactNullableString() ?? this.fail('a string is null that may not be');
  }
  /** With a 16-bit length, as in old versions and request headers. */
  nullableString(): string | undefined {
    const length = this.int16();
    if (length === -1) return undefined;
    if (length < 0) return this.fail(`a string of ${length} bytes`);
    return this.#text(length);
  }
  #text(length: number): string {
    if (length === 0) return '';
    const at = this.#take(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  /** A view, not a copy; empty for null. */
  compactNullableBytes(): Buffer {
    const length = this.#compactLength();
    if (length === undefined || length === 0) return noBytes;
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** As `compactNullableBytes`; empty, too, where not even the length of a batch fits (offset and size). */
  recordSet(): Buffer {
    const length = this.#compactLength() ?? 0;
    const at = this.#take(length);
    return length < 12 ? noBytes : this.bytes.subarray(at, at + length);
  }

  /** Elements of an array of which each takes `elementBytesMin` or more; -1 for null. */
  compactNullableCount(elementBytesMin: number): number {
    return this.#count(this.uvarint() - 1, elementBytesMin);
  }
  compactCount(elementBytesMin: number): number {
    const count = this.compactNullableCount(elementBytesMin);
    return count < 0 ? this.fail('an array is null that may not be') : count;
  }
  /** With a 32-bit count, as in old versions. */
  count(elementBytesMin: number): number {
    const count = this.#count(this.int32(), elementBytesMin);
    return count < 0 ? this.fail(`an array of ${count} elements`) : count;
  }
  #count(count: number, elementBytesMin: number): number {
    if (count * elementBytesMin > this.remaining) {
      this.fail(`an array of ${count} elements with ${this.remaining} bytes left`);
    }
    return count;
  }

  /** A compact array whose elements `read` takes one by one. */
  compactArray<T>(elementBytesMin: number, read: (reader: WireReader) => T): readonly T[] {
    return this.#elements(this.compactCount(elementBytesMin), read);
  }
  /** As `compactArray`, empty for null. */
  compactNullableArray<T>(elementBytesMin: number, read: (reader: WireReader) => T): readonly T[] {
    return this.#elements(this.compactNullableCount(elementBytesMin), read);
  }
  #elements<T>(count: number, read: (reader: WireReader) => T): readonly T[] {
    if (count <= 0) return noElements;
    const elements = arrayOf<T>(count);
    for (let i = 0; i < count; i += 1) elements[i] = read(this);
    return elements;
  }
  compactInts(): readonly number[] {
    return this.compactArray(4, readInt32);
  }
  /** Passes over an array of 32-bit integers. */
  skipCompactInts(): void {
    this.#take(4 * this.compactCount(4));
  }

  /** Room for as many elements of `bytesMin` bytes or more as fit into what is left. */
  roomFor<T>(bytesMin: number): T[] {
    return arrayOf<T>(Math.floor(this.remaining / bytesMin));
  }

  /**
   * Lists of topics, each with a list of `partitionBytesMin` bytes or more per element, as one flat list:
   * `topic` reads up to the partitions of one topic, `partition` one of those.
   */
  partitionsOfTopics<N, T>(
    topicBytesMin: number,
    partitionBytesMin: number,
    topic: (reader: WireReader) => N,
    partition: (reader: WireReader, topic: N) => T,
  ): readonly T[] {
    const topicCount = this.compactCount(topicBytesMin);
    if (topicCount === 0) return noElements;
    const elements = this.roomFor<T>(partitionBytesMin);
    let filled = 0;
    for (let i = 0; i < topicCount; i += 1) {
      const name = topic(this);
      const count = this.compactCount(partitionBytesMin);
      for (let k = 0; k < count; k += 1, filled += 1) elements[filled] = partition(this, name);
      this.taggedFields();
    }
    if (filled < elements.length) elements.length = filled;
    return elements;
  }

  /** Passes over tagged fields (KIP-482). */
  taggedFields(): void {
    this.taggedFieldsInto(undefined, passOver);
  }

  /**
   * Tagged fields: each is handed to `read`, which keeps what it knows in `into`. What it leaves unread is
   * passed over.
   */
  taggedFieldsInto<T>(into: T, read: (into: T, tag: number, reader: WireReader) => void): void {
    const count = this.uvarint();
    if (count * 2 > this.remaining) this.fail(`${count} tagged fields with ${this.remaining} bytes left`);
    for (let i = 0; i < count; i += 1) {
      const tag = this.uvarint();
      const size = this.uvarint();
      if (size > this.remaining) this.fail(`a tagged field of ${size} bytes with ${this.remaining} left`);
      const fieldEnd = this.position + size;
      read(into, tag, this);
      if (this.position > fieldEnd) this.fail(`tagged field ${tag} is longer than its ${size} bytes`);
      this.position = fieldEnd;
    }
  }

  /** Passes over an empty list of tagged fields; false where there are some. */
  emptyTags(): boolean {
    if (this.position >= this.end || this.bytes[this.position] !== 0) return false;
    this.position += 1;
    return true;
  }

  /** A reader of a copy of what is left, whose views outlive this message; this one is at its end. */
  copyOfRest(): WireReader {
    const copy = Buffer.from(this.bytes.subarray(this.position, this.end));
    this.position = this.end;
    return new WireReader(copy);
  }

  /** Nothing may be left. */
  finish(): void {
    if (this.position !== this.end) this.fail(`${this.end - this.position} bytes too many`);
  }
}
