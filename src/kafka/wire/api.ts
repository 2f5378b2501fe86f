// The calls that Causeway sends itself: their keys and the versions it speaks.

export const apis = {
  produce: { key: 0, name: 'Produce', min: 9, max: 13 },
  fetch: { key: 1, name: 'Fetch', min: 13, max: 16 },
  listOffsets: { key: 2, name: 'ListOffsets', min: 7, max: 7 },
  metadata: { key: 3, name: 'Metadata', min: 12, max: 12 },
  findCoordinator: { key: 10, name: 'FindCoordinator', min: 4, max: 4 },
  joinGroup: { key: 11, name: 'JoinGroup', min: 9, max: 9 },
  heartbeat: { key: 12, name: 'Heartbeat', min: 4, max: 4 },
  leaveGroup: { key: 13, name: 'LeaveGroup', min: 5, max: 5 },
  syncGroup: { key: 14, name: 'SyncGroup', min: 5, max: 5 },
  saslHandshake: { key: 17, name: 'SaslHandshake', min: 1, max: 1 },
  apiVersions: { key: 18, name: 'ApiVersions', min: 0, max: 3 },
  deleteTopics: { key: 20, name: 'DeleteTopics', min: 6, max: 6 },
  deleteRecords: { key: 21, name: 'DeleteRecords', min: 2, max: 2 },
  initProducerId: { key: 22, name: 'InitProducerId', min: 4, max: 4 },
  offsetForLeaderEpoch: { key: 23, name: 'OffsetForLeaderEpoch', min: 4, max: 4 },
  addPartitionsToTxn: { key: 24, name: 'AddPartitionsToTxn', min: 3, max: 3 },
  endTxn: { key: 26, name: 'EndTxn', min: 4, max: 4 },
  writeTxnMarkers: { key: 27, name: 'WriteTxnMarkers', min: 1, max: 1 },
  saslAuthenticate: { key: 36, name: 'SaslAuthenticate', min: 2, max: 2 },
  describeProducers: { key: 61, name: 'DescribeProducers', min: 0, max: 0 },
  describeTransactions: { key: 65, name: 'DescribeTransactions', min: 0, max: 0 },
} as const satisfies Record<string, Api>;

export interface Api {
  readonly key: number;
  readonly name: string;
  /** Versions of ours, both included. */
  readonly min: number;
  readonly max: number;
}
export type ApiName = keyof typeof apis;
