// Transactional batches to a real broker, as a client before Kafka 4.0 sends them (Produce, version 11):
// it adds partitions itself. Causeway writes none: its own connection cannot.
import { Connection, type Reader, Writer } from '@platformatic/kafka';
import { apis } from '../../../src/kafka/wire/api.ts';
import {
  noTopicId,
  type ProducedPartition,
  type ProduceRequest,
  type ProduceResponse,
} from '../../../src/kafka/wire/messages.ts';
import { encodeProduceRequest } from '../../../src/kafka/wire/produce.ts';
import { WireWriter } from '../../../src/kafka/wire/writer.ts';

const version = 11;

export class TransactionalProducer {
  readonly #connection = new Connection('transactional-producer');

  static async to(server: string): Promise<TransactionalProducer> {
    const producer = new TransactionalProducer();
    const [host = '', port = ''] = server.split(':');
    await producer.#connection.connect(host, Number(port));
    return producer;
  }

  produce(transactionalId: string, request: ProduceRequest): Promise<ProduceResponse> {
    const writer = new WireWriter();
    encodeProduceRequest(writer, version, request);
    // Our own encoder names no transactional id, in one byte.
    const payload = () =>
      Promise.resolve(Writer.create().appendString(transactionalId).append(writer.bytes.subarray(1)));
    return new Promise((resolve, reject) => {
      const parse = (_id: number, _key: number, _version: number, reader: Reader) => readAnswer(reader);
      this.#connection.send(apis.produce.key, version, payload, parse, true, true, (error, answer) => {
        if (error === null) resolve(answer as ProduceResponse);
        else reject(new Error(`produce of ${transactionalId}`, { cause: error }));
      });
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function readAnswer(reader: Reader): ProduceResponse {
  const topics = reader.readArray((each) => {
    const topic = each.readString();
    const partitions = each.readArray((one) => readPartition(one, topic));
    return partitions;
  });
  return { throttleMs: reader.readInt32(), partitions: topics.flat() };
}

function readPartition(reader: Reader, topic: string): ProducedPartition {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  const baseOffset = reader.readInt64();
  const logAppendTimeMs = reader.readInt64();
  const logStartOffset = reader.readInt64();
  reader.readArray((each) => [each.readInt32(), each.readNullableString()]);
  const errorMessage = reader.readNullableString() ?? undefined;
  return {
    topic,
    topicId: noTopicId,
    partition,
    errorCode,
    baseOffset,
    logAppendTimeMs,
    logStartOffset,
    errorMessage,
    currentLeader: undefined,
  };
}
