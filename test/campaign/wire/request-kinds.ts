// What a request of the product's Kafka client is called in the names of points.
import type { ApiName } from '../../../src/kafka/wire/api.ts';
import type { ProduceRequest } from '../../../src/kafka/wire/messages.ts';
import type { RequestKind } from './wire-orders.ts';

const kinds: Partial<Readonly<Record<ApiName, RequestKind>>> = {
  writeTxnMarkers: 'write fillers',
  fetch: 'fetch',
  initProducerId: 'take producer id',
  addPartitionsToTxn: 'begin filler',
  endTxn: 'end filler',
  describeTransactions: 'look at filler',
  findCoordinator: 'find coordinator',
  listOffsets: 'list offsets',
  offsetForLeaderEpoch: 'look up leader epoch',
  describeProducers: 'read producers',
  metadata: 'metadata',
  joinGroup: 'join group',
  syncGroup: 'sync group',
  heartbeat: 'heartbeat',
};

/** undefined: no point is named after it. */
export const kindOfCall = ({ api }: { readonly api: ApiName }): RequestKind | undefined => kinds[api];

export const kindOfProduce = ({ topics }: ProduceRequest): RequestKind =>
  topics.some(({ topic }) => topic.startsWith('causeway.')) ? 'write ledger' : 'write data';
