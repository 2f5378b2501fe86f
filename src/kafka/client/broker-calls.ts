// The calls of a broker connection on top of the pipeline.
import {
  decodeAddPartitionsToTxnResponse,
  encodeAddPartitionsToTxnRequest,
} from '../wire/add-partitions-to-txn.ts';
import type { ApiName } from '../wire/api.ts';
import { decodeDeleteRecordsResponse, encodeDeleteRecordsRequest } from '../wire/delete-records.ts';
import {
  decodeDescribeProducersResponse,
  encodeDescribeProducersRequest,
} from '../wire/describe-producers.ts';
import {
  decodeDescribeTransactionsResponse,
  encodeDescribeTransactionsRequest,
} from '../wire/describe-transactions.ts';
import { decodeEndTxnResponse, encodeEndTxnRequest } from '../wire/end-txn.ts';
import { decodeFetchResponse, encodeFetchRequest } from '../wire/fetch.ts';
import { decodeFindCoordinatorResponse, encodeFindCoordinatorRequest } from '../wire/find-coordinator.ts';
import { decodeInitProducerIdResponse, encodeInitProducerIdRequest } from '../wire/init-producer-id.ts';
import { decodeListOffsetsResponse, encodeListOffsetsRequest } from '../wire/list-offsets.ts';
import {
  decodeOffsetForLeaderEpochResponse,
  encodeOffsetForLeaderEpochRequest,
} from '../wire/offset-for-leader-epoch.ts';
import { decodeMetadataResponse, encodeMetadataRequest } from '../wire/metadata.ts';
import { decodeWriteTxnMarkersResponse, encodeWriteTxnMarkersRequest } from '../wire/write-txn-markers.ts';
import type { WireReader } from '../wire/reader.ts';
import type { WireWriter } from '../wire/writer.ts';
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
    return this.#ask('listOffsets', request, encodeListOffsetsRequest, decodeListOffsetsResponse);
  }

  describeProducers(
    request: messages.DescribeProducersRequest,
  ): Promise<readonly messages.DescribedPartition[]> {
    return this.#ask(
      'describeProducers',
      request,
      encodeDescribeProducersRequest,
      decodeDescribeProducersResponse,
    );
  }

  offsetForLeaderEpoch(
    request: messages.OffsetForLeaderEpochRequest,
  ): Promise<readonly messages.EpochEndOffset[]> {
    return this.#ask(
      'offsetForLeaderEpoch',
      request,
      encodeOffsetForLeaderEpochRequest,
      decodeOffsetForLeaderEpochResponse,
    );
  }

  initProducerId(request: messages.InitProducerIdRequest): Promise<messages.InitProducerIdResponse> {
    return this.#ask('initProducerId', request, encodeInitProducerIdRequest, decodeInitProducerIdResponse);
  }

  findCoordinator(transactionalId: string): Promise<messages.FindCoordinatorResponse> {
    return this.#ask(
      'findCoordinator',
      { transactionalId },
      encodeFindCoordinatorRequest,
      decodeFindCoordinatorResponse,
    );
  }

  writeTxnMarkers(request: messages.WriteTxnMarkersRequest): Promise<readonly messages.WrittenMarker[]> {
    const waitMs = this.#limits.replicasWaitMs + this.#limits.answerMarginMs;
    return this.#ask(
      'writeTxnMarkers',
      request,
      encodeWriteTxnMarkersRequest,
      decodeWriteTxnMarkersResponse,
      waitMs,
    );
  }

  addPartitionsToTxn(
    request: messages.AddPartitionsToTxnRequest,
  ): Promise<readonly messages.AddedPartition[]> {
    return this.#ask(
      'addPartitionsToTxn',
      request,
      encodeAddPartitionsToTxnRequest,
      decodeAddPartitionsToTxnResponse,
    );
  }

  endTxn(request: messages.EndTxnRequest): Promise<messages.EndTxnResponse> {
    return this.#ask('endTxn', request, encodeEndTxnRequest, decodeEndTxnResponse);
  }

  describeTransactions(
    transactionalIds: readonly string[],
  ): Promise<readonly messages.DescribedTransaction[]> {
    return this.#ask(
      'describeTransactions',
      transactionalIds,
      encodeDescribeTransactionsRequest,
      decodeDescribeTransactionsResponse,
    );
  }

  deleteRecords(request: messages.DeleteRecordsRequest): Promise<readonly messages.TrimmedPartition[]> {
    const waitMs = request.timeoutMs + this.#limits.answerMarginMs;
    return this.#ask(
      'deleteRecords',
      request,
      encodeDeleteRecordsRequest,
      decodeDeleteRecordsResponse,
      waitMs,
    );
  }

  #ask<Q, A>(
    api: ApiName,
    request: Q,
    encode: (writer: WireWriter, version: number, request: Q) => void,
    decode: (reader: WireReader, version: number) => A,
    waitMs = this.#limits.requestWaitMs,
  ): Promise<A> {
    return this.#connection.call({
      api,
      waitMs,
      encode: (writer, version) => encode(writer, version, request),
      decode,
    });
  }

  destroy(reason: string): void {
    this.#connection.destroy(reason);
  }
}
