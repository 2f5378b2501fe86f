// Lays out a produce request for the network: large batches stay where they are, small ones and everything
// between them are gathered into one buffer.
import { InvariantError } from '../../base/errors.ts';
import { produceByIdFrom } from '../wire/produce.ts';
import type { ProduceRequest, ProduceTopic } from '../wire/messages.ts';

/** Below that, copying a batch costs less than one more piece of a vectored write. */
const copyBytesMax = 4 * 1024;
/** Index, length of the records (at most 5), tags. */
const partitionBytesMax = 4 + 5 + 1;
/**
 * Length, api key, version, correlation id, length of the client id; transactional id, acks, time-out,
 * counts, tags.
 */
const fixedBytesMax = 14 + 1 + 1 + 2 + 4 + 5 + 1;
const topicBytesMax = 16 + 5 + 5 + 1;

export interface ProduceHead {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: Buffer;
}

/** `pieces` in the order in which they are sent; all but the batches are views of `gathered`. */
export interface ProduceFrame {
  readonly pieces: readonly Buffer[];
  readonly gathered: Buffer;
}

/** `takeBuffer` gives a buffer of at least that many bytes, which is in use until the pieces are written. */
export function layOutProduce(
  head: ProduceHead,
  request: ProduceRequest,
  takeBuffer: (bytes: number) => Buffer,
): ProduceFrame {
  refuseRepeats(request.topics);
  const gathered = takeBuffer(gatheredBytesMax(head, request));
  const layout = new Layout(gathered);
  layout.head(head, request);
  const byId = head.version >= produceByIdFrom;
  for (const topic of request.topics) layout.topic(topic, byId);
  layout.byte(0);
  return { pieces: layout.finish(), gathered };
}

/** The broker would silently lose one of two batches for the same partition (fact 2). */
function refuseRepeats(topics: readonly ProduceTopic[]): void {
  if (
    topics.length > 1 &&
    new Set(topics.map(({ topic, topicId }) => topic || topicId)).size < topics.length
  ) {
    throw new InvariantError('a produce request names a topic twice');
  }
  for (const { topic, partitions } of topics) {
    if (repeats(partitions)) {
      throw new InvariantError(`a produce request names a partition of ${topic} twice`);
    }
  }
}

/** Request after request names the same partitions in the same order, which this sees without a set. */
function repeats(partitions: ProduceTopic['partitions']): boolean {
  let ascends = true;
  for (let at = 1; at < partitions.length && ascends; at += 1) {
    ascends = (partitions[at - 1]?.partition ?? 0) < (partitions[at]?.partition ?? 0);
  }
  return !ascends && new Set(partitions.map(({ partition }) => partition)).size < partitions.length;
}

function gatheredBytesMax(head: ProduceHead, request: ProduceRequest): number {
  let bytes = fixedBytesMax + head.clientId.length;
  for (const { topic, partitions } of request.topics) {
    bytes += topicBytesMax + topic.length * 3 + partitions.length * partitionBytesMax;
    for (const { records } of partitions) if (records.length <= copyBytesMax) bytes += records.length;
  }
  return bytes;
}

class Layout {
  readonly #bytes: Buffer;
  readonly #pieces: Buffer[] = [];
  #at = 4;
  /** Where the gathered bytes that are not yet a piece begin. */
  #from = 0;
  /** Bytes of the batches that are not gathered. */
  #outside = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  head(head: ProduceHead, request: ProduceRequest): void {
    const b = this.#bytes;
    b.writeInt16BE(head.apiKey, 4);
    b.writeInt16BE(head.version, 6);
    b.writeInt32BE(head.correlationId, 8);
    b.writeInt16BE(head.clientId.length, 12);
    this.#at = 14 + head.clientId.copy(b, 14);
    // No tagged fields, no transactional id.
    this.byte(0);
    this.byte(0);
    this.#at = b.writeInt16BE(request.acks, this.#at);
    this.#at = b.writeInt32BE(request.timeoutMs, this.#at);
    this.#uvarint(request.topics.length + 1);
  }

  topic({ topic, topicId, partitions }: ProduceTopic, byId: boolean): void {
    if (byId) this.#at += this.#bytes.write(topicId, this.#at, 16, 'hex');
    else {
      this.#uvarint(Buffer.byteLength(topic) + 1);
      this.#at += this.#bytes.write(topic, this.#at, 'utf8');
    }
    this.#uvarint(partitions.length + 1);
    for (const { partition, records } of partitions) this.#partition(partition, records);
    this.byte(0);
  }

  #partition(partition: number, records: Buffer): void {
    this.#at = this.#bytes.writeInt32BE(partition, this.#at);
    this.#uvarint(records.length + 1);
    if (records.length <= copyBytesMax) {
      this.#bytes.set(records, this.#at);
      this.#at += records.length;
    } else {
      this.#cut();
      this.#pieces.push(records);
      this.#outside += records.length;
    }
    this.byte(0);
  }

  byte(value: number): void {
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  #uvarint(value: number): void {
    let left = value;
    for (; left >= 0x80; left >>>= 7) this.byte((left & 0x7f) | 0x80);
    this.byte(left);
  }

  #cut(): void {
    this.#pieces.push(this.#bytes.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  finish(): readonly Buffer[] {
    this.#bytes.writeInt32BE(this.#at - 4 + this.#outside, 0);
    this.#cut();
    return this.#pieces;
  }
}
