// The calls of a broker connection on top of the pipeline.
import {
  decodeDescribeProducersResponse,
  encodeDescribeProducersRequest,
} from '../wire/describe-producers.ts';
import { decodeFetchResponse, encodeFetchRequest } from '../wire/fetch.ts';
import { decodeFindCoordinatorResponse, encodeFindCoordinatorRequest } from '../wire/find-coordinator.ts';
import { decodeInitProducerIdResponse, encodeInitProducerIdRequest } from '../wire/init-producer-id.ts';
import { decodeListOffsetsResponse, encodeListOffsetsRequest } from '../wire/list-offsets.ts';
import {
  decodeOffsetForLeaderEpochResponse,
  encodeOffsetForLeaderEpochRequest,
} from '../wire/offset-for-leader-epoch.ts';
import { decodeMetadataResponse, encodeMetadataRequest } from '../wire/metadata.ts';
import type { BrokerConnection } from './cluster.ts';
import type { Connection } from './connection.ts';
import type { ClientLimits } from './limits.ts';
import type * as messages from '../wire/messages.ts';
import type { PooledFrame } from './buffer-pool.ts';

/** Asks for metadata on any connection. */
export function askMetadata(
  connection: Connection,
  topics: readonly string[] | 'all',
  limits: ClientLimits,
): Promise<messages.ClusterView> {
  return connection.call({
    api: 'metadata',
    waitMs: limits.metadataWaitMs,
    encode: (writer, version) => encodeMetadataRequest(writer, version, { topics }),
    decode: decodeMetadataResponse,
  });
}

export class KafkaBrokerConnection implements BrokerConnection {
  readonly brokerId: number;
  readonly #connection: Connection;
  readonly #limits: ClientLimits;

  constructor(brokerId: number, connection: Connection, limits: ClientLimits) {
    this.brokerId = brokerId;
    this.#connection = connection;
    this.#limits = limits;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }
  get unsentBytes(): number {
    return this.#connection.unsentBytes;
  }

  fetch(request: messages.FetchRequest): Promise<messages.FetchResponse> {
    return this.#connection.call({
      api: 'fetch',
      waitMs: request.maxWaitMs + this.#limits.answerMarginMs,
      encode: (writer, version) => encodeFetchRequest(writer, version, request),
      decode: (reader, version, lease) => decodeFetchResponse(reader, version, lease as PooledFrame),
      pooled: true,
    });
  }

  produce(request: messages.ProduceRequest): Promise<messages.ProduceResponse> {
    return this.#connection.produce(request);
  }

  listOffsets(request: messages.ListOffsetsRequest): Promise<readonly messages.ListedOffset[]> {
    return this.#connection.call({
      api: 'listOffsets',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeListOffsetsRequest(writer, version, request),
      decode: decodeListOffsetsResponse,
    });
  }

  describeProducers(
    request: messages.DescribeProducersRequest,
  ): Promise<readonly messages.DescribedPartition[]> {
    return this.#connection.call({
      api: 'describeProducers',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeDescribeProducersRequest(writer, version, request),
      decode: decodeDescribeProducersResponse,
    });
  }

  offsetForLeaderEpoch(
    request: messages.OffsetForLeaderEpochRequest,
  ): Promise<readonly messages.EpochEndOffset[]> {
    return this.#connection.call({
      api: 'offsetForLeaderEpoch',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeOffsetForLeaderEpochRequest(writer, version, request),
      decode: decodeOffsetForLeaderEpochResponse,
    });
  }

  initProducerId(request: messages.InitProducerIdRequest): Promise<messages.InitProducerIdResponse> {
    return this.#connection.call({
      api: 'initProducerId',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeInitProducerIdRequest(writer, version, request),
      decode: decodeInitProducerIdResponse,
    });
  }

  findCoordinator(transactionalId: string): Promise<messages.FindCoordinatorResponse> {
    return this.#connection.call({
      api: 'findCoordinator',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeFindCoordinatorRequest(writer, version, { transactionalId }),
      decode: decodeFindCoordinatorResponse,
    });
  }

  destroy(reason: string): void {
    this.#connection.destroy(reason);
  }
}
