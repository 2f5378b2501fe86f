// From Kafka's own JSON of a message to ours: the other half of each codec's meaning, written independently
// of it.
import type { ApiName } from '../../src/kafka/wire/api.ts';
import { noTopicId } from '../../src/kafka/wire/messages.ts';
import { produceByIdFrom } from '../../src/kafka/wire/produce.ts';

// Kafka's JSON has the shape that its message definitions say; a wrong guess ends in a failed comparison.
// oxlint-disable-next-line typescript/no-explicit-any -- its shape is Kafka's, and is what is tested
type Json = any;

/** 64-bit numbers do not survive JSON.parse: all long ones become strings first. */
export function parseJson(text: string): Json {
  return JSON.parse(text.replace(/([:[,])(-?\d{16,})(?=[,\]}])/g, '$1"$2"'));
}

const big = (value: number | string): bigint => BigInt(value);
const id = (value: string): string => Buffer.from(value, 'base64url').toString('hex');
const maybe = <T>(value: T | null | undefined): T | undefined => value ?? undefined;
/** Only the size of records is told; MessagePeer.java fills them by it. */
export const patternOf = (size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, index) => size + index));

const leaderOf = (leader: Json) =>
  leader === undefined ? undefined : { leaderId: leader.leaderId, leaderEpoch: leader.leaderEpoch };

type FromJson = (json: Json, version: number) => unknown;

const topicNamed = (topic: Json, version: number) =>
  version >= produceByIdFrom
    ? { topic: '', topicId: id(topic.topicId) }
    : { topic: topic.name, topicId: noTopicId };

const produceRequest: FromJson = (json, version) => ({
  acks: json.acks,
  timeoutMs: json.timeoutMs,
  topics: json.topicData.map((topic: Json) => ({
    ...topicNamed(topic, version),
    partitions: topic.partitionData.map((each: Json) => ({
      partition: each.index,
      records: patternOf(each.recordsSizeInBytes ?? 0),
    })),
  })),
});

const produceResponse: FromJson = (json, version) => ({
  throttleMs: json.throttleTimeMs,
  partitions: json.responses.flatMap((topic: Json) =>
    topic.partitionResponses.map((each: Json) => ({
      ...topicNamed(topic, version),
      partition: each.index,
      errorCode: each.errorCode,
      baseOffset: big(each.baseOffset),
      logAppendTimeMs: big(each.logAppendTimeMs),
      logStartOffset: big(each.logStartOffset),
      errorMessage: maybe(each.errorMessage) ?? lastRecordError(each.recordErrors),
      currentLeader: leaderOf(each.currentLeader),
    })),
  ),
});

const lastRecordError = (errors: readonly Json[]): string | undefined =>
  maybe(errors.findLast((each) => each.batchIndexErrorMessage !== null)?.batchIndexErrorMessage);

const fetchRequest: FromJson = (json) => ({
  maxWaitMs: json.maxWaitMs,
  minBytes: json.minBytes,
  maxBytes: json.maxBytes,
  isolationLevel: json.isolationLevel,
  sessionId: json.sessionId,
  sessionEpoch: json.sessionEpoch,
  topics: json.topics.map((topic: Json) => ({
    topicId: id(topic.topicId),
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partition,
      currentLeaderEpoch: each.currentLeaderEpoch,
      fetchOffset: big(each.fetchOffset),
      lastFetchedEpoch: each.lastFetchedEpoch,
      partitionMaxBytes: each.partitionMaxBytes,
    })),
  })),
  forgotten: json.forgottenTopicsData.map((topic: Json) => ({
    topicId: id(topic.topicId),
    partitions: topic.partitions,
  })),
});

const fetchResponse: FromJson = (json) => ({
  throttleMs: json.throttleTimeMs,
  errorCode: json.errorCode,
  sessionId: json.sessionId,
  topics: json.responses.map((topic: Json) => ({
    topicId: id(topic.topicId),
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partitionIndex,
      errorCode: each.errorCode,
      highWatermark: big(each.highWatermark),
      lastStableOffset: big(each.lastStableOffset),
      logStartOffset: big(each.logStartOffset),
      diverging:
        each.divergingEpoch === undefined
          ? undefined
          : { epoch: each.divergingEpoch.epoch, endOffset: big(each.divergingEpoch.endOffset) },
      currentLeader: leaderOf(each.currentLeader),
      abortedTransactions: (each.abortedTransactions ?? []).map((aborted: Json) => ({
        producerId: big(aborted.producerId),
        firstOffset: big(aborted.firstOffset),
      })),
      records: recordSetOf(each.recordsSizeInBytes ?? 0),
    })),
  })),
});

/** What is too short for the length of a batch is shown as nothing. */
const recordSetOf = (size: number): Buffer => patternOf(size < 12 ? 0 : size);

const listOffsetsRequest: FromJson = (json) => ({
  replicaId: json.replicaId,
  isolationLevel: json.isolationLevel,
  topics: json.topics.map((topic: Json) => ({
    topic: topic.name,
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partitionIndex,
      currentLeaderEpoch: each.currentLeaderEpoch,
      timestamp: big(each.timestamp),
    })),
  })),
});

const listedOffsets: FromJson = (json) =>
  json.topics.flatMap((topic: Json) =>
    topic.partitions.map((each: Json) => ({
      topic: topic.name,
      partition: each.partitionIndex,
      errorCode: each.errorCode,
      timestamp: big(each.timestamp),
      offset: big(each.offset),
      leaderEpoch: each.leaderEpoch,
    })),
  );

const metadataRequest: FromJson = (json) => ({
  topics: json.topics === null ? 'all' : json.topics.map((topic: Json) => topic.name ?? ''),
});

const clusterView: FromJson = (json) => ({
  clusterId: json.clusterId ?? '',
  controllerId: json.controllerId,
  brokers: json.brokers.map((each: Json) => ({
    nodeId: each.nodeId,
    host: each.host,
    port: each.port,
    rack: maybe(each.rack),
  })),
  topics: json.topics.map((topic: Json) => ({
    name: topic.name ?? '',
    topicId: id(topic.topicId),
    internal: topic.isInternal,
    errorCode: topic.errorCode,
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partitionIndex,
      errorCode: each.errorCode,
      leaderId: each.leaderId,
      leaderEpoch: each.leaderEpoch,
      replicas: each.replicaNodes,
      inSync: each.isrNodes,
    })),
  })),
});

const foundCoordinator: FromJson = ({ coordinators: [found] }) => ({
  errorCode: found.errorCode,
  nodeId: found.nodeId,
  host: found.host,
  port: found.port,
});

const apiVersionsResponse: FromJson = (json) => ({
  errorCode: json.errorCode,
  ranges: json.apiKeys.map((each: Json) => ({
    key: each.apiKey,
    min: each.minVersion,
    max: each.maxVersion,
  })),
  throttleMs: json.throttleTimeMs ?? 0,
});

const initProducerIdRequest: FromJson = (json) => ({
  transactionalId: maybe(json.transactionalId),
  transactionTimeoutMs: json.transactionTimeoutMs,
  producerId: big(json.producerId),
  producerEpoch: json.producerEpoch,
});

const offsetForLeaderEpochRequest: FromJson = (json) => ({
  topics: json.topics.map((topic: Json) => ({
    topic: topic.topic,
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partition,
      currentLeaderEpoch: each.currentLeaderEpoch,
      leaderEpoch: each.leaderEpoch,
    })),
  })),
});

const epochEndOffsets: FromJson = (json) =>
  json.topics.flatMap((topic: Json) =>
    topic.partitions.map((each: Json) => ({
      topic: topic.topic,
      partition: each.partition,
      errorCode: each.errorCode,
      leaderEpoch: each.leaderEpoch,
      endOffset: big(each.endOffset),
    })),
  );

const describedPartitions: FromJson = (json) =>
  json.topics.flatMap((topic: Json) =>
    topic.partitions.map((each: Json) => ({
      topic: topic.name,
      partition: each.partitionIndex,
      errorCode: each.errorCode,
      errorMessage: maybe(each.errorMessage),
      producers: each.activeProducers.map((producer: Json) => ({
        producerId: big(producer.producerId),
        producerEpoch: producer.producerEpoch,
        lastSequence: producer.lastSequence,
        lastTimestampMs: big(producer.lastTimestamp),
        coordinatorEpoch: producer.coordinatorEpoch,
        currentTransactionStartOffset: big(producer.currentTxnStartOffset),
      })),
    })),
  );

const topicPartitions = (topic: Json) => ({ topic: topic.name, partitions: topic.partitionIndexes });

const txnMarkers: FromJson = (json) => ({
  markers: json.markers.map((each: Json) => ({
    producerId: big(each.producerId),
    producerEpoch: each.producerEpoch,
    committed: each.transactionResult,
    coordinatorEpoch: each.coordinatorEpoch,
    topics: each.topics.map(topicPartitions),
  })),
});

const writtenMarkers: FromJson = (json) =>
  json.markers.flatMap((marker: Json) =>
    marker.topics.flatMap((topic: Json) =>
      topic.partitions.map((each: Json) => ({
        producerId: big(marker.producerId),
        topic: topic.name,
        partition: each.partitionIndex,
        errorCode: each.errorCode,
      })),
    ),
  );

const transactionOf = (json: Json) => ({
  transactionalId: json.transactionalId ?? json.v3AndBelowTransactionalId,
  producerId: big(json.producerId ?? json.v3AndBelowProducerId),
  producerEpoch: json.producerEpoch ?? json.v3AndBelowProducerEpoch,
});

const addPartitionsToTxnRequest: FromJson = (json) => ({
  ...transactionOf(json),
  topics: json.v3AndBelowTopics.map((topic: Json) => ({ topic: topic.name, partitions: topic.partitions })),
});

const addedPartitions: FromJson = (json) =>
  json.resultsByTopicV3AndBelow.flatMap((topic: Json) =>
    topic.resultsByPartition.map((each: Json) => ({
      topic: topic.name,
      partition: each.partitionIndex,
      errorCode: each.partitionErrorCode,
    })),
  );

const describedTransactions: FromJson = (json) =>
  json.transactionStates.map((state: Json) => ({
    ...transactionOf(state),
    errorCode: state.errorCode,
    state: state.transactionState,
    timeoutMs: state.transactionTimeoutMs,
    startTimeMs: big(state.transactionStartTimeMs),
    topics: state.topics,
  }));

const deleteRecordsRequest: FromJson = (json) => ({
  topics: json.topics.map((topic: Json) => ({
    topic: topic.name,
    partitions: topic.partitions.map((each: Json) => ({
      partition: each.partitionIndex,
      offset: big(each.offset),
    })),
  })),
  timeoutMs: json.timeoutMs,
});

const trimmedPartitions: FromJson = (json) =>
  json.topics.flatMap((topic: Json) =>
    topic.partitions.map((each: Json) => ({
      topic: topic.name,
      partition: each.partitionIndex,
      lowWatermark: big(each.lowWatermark),
      errorCode: each.errorCode,
    })),
  );

const membership: FromJson = (json) => ({
  groupId: json.groupId,
  generationId: json.generationId,
  memberId: json.memberId,
});

const joinGroupRequest: FromJson = (json) => ({
  groupId: json.groupId,
  sessionTimeoutMs: json.sessionTimeoutMs,
  rebalanceTimeoutMs: json.rebalanceTimeoutMs,
  memberId: json.memberId,
  protocolType: json.protocolType,
  protocols: json.protocols.map(({ name, metadata }: Json) => ({ name, metadata: base64(metadata) })),
  reason: maybe(json.reason),
});

const joinGroupResponse: FromJson = (json) => ({
  errorCode: json.errorCode,
  generationId: json.generationId,
  protocol: maybe(json.protocolName),
  leader: json.leader,
  skipAssignment: json.skipAssignment,
  memberId: json.memberId,
  members: json.members.map(({ memberId, metadata }: Json) => ({ memberId, metadata: base64(metadata) })),
});

const syncGroupRequest: FromJson = (json) => ({
  ...(membership(json, 5) as object),
  protocolType: json.protocolType ?? '',
  protocol: json.protocolName ?? '',
  assignments: json.assignments.map(({ memberId, assignment }: Json) => ({
    memberId,
    assignment: base64(assignment),
  })),
});

/** Of the call, else of the first member that has one. */
const errorOfLeaving: FromJson = (json) => ({
  errorCode: [json, ...json.members].find(({ errorCode }: Json) => errorCode !== 0)?.errorCode ?? 0,
});

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

export const fromJson: Readonly<Record<ApiName, { request: FromJson; response: FromJson }>> = {
  produce: { request: produceRequest, response: produceResponse },
  fetch: { request: fetchRequest, response: fetchResponse },
  listOffsets: { request: listOffsetsRequest, response: listedOffsets },
  metadata: { request: metadataRequest, response: clusterView },
  findCoordinator: {
    request: (json) =>
      json.keyType === 0
        ? { groupId: json.coordinatorKeys[0] }
        : { transactionalId: json.coordinatorKeys[0] },
    response: foundCoordinator,
  },
  apiVersions: {
    request: (json) => ({
      softwareName: json.clientSoftwareName ?? '',
      softwareVersion: json.clientSoftwareVersion ?? '',
    }),
    response: apiVersionsResponse,
  },
  deleteTopics: {
    request: (json) => ({ topicId: id(json.topics[0].topicId), timeoutMs: json.timeoutMs }),
    response: ({ responses: [answer] }) => ({
      errorCode: answer.errorCode,
      errorMessage: maybe(answer.errorMessage),
    }),
  },
  joinGroup: { request: joinGroupRequest, response: joinGroupResponse },
  syncGroup: {
    request: syncGroupRequest,
    response: (json) => ({ errorCode: json.errorCode, assignment: base64(json.assignment) }),
  },
  heartbeat: { request: membership, response: ({ errorCode }) => ({ errorCode }) },
  leaveGroup: {
    request: (json) => ({
      groupId: json.groupId,
      members: json.members.map(({ memberId, reason }: Json) => ({ memberId, reason: maybe(reason) })),
    }),
    response: errorOfLeaving,
  },
  saslHandshake: {
    request: (json) => json.mechanism,
    response: (json) => ({ errorCode: json.errorCode, mechanisms: json.mechanisms }),
  },
  saslAuthenticate: {
    request: (json) => Buffer.from(json.authBytes, 'base64'),
    response: (json) => ({
      errorCode: json.errorCode,
      errorMessage: maybe(json.errorMessage),
      bytes: Buffer.from(json.authBytes, 'base64'),
      sessionLifetimeMs: Number(json.sessionLifetimeMs),
    }),
  },
  initProducerId: {
    request: initProducerIdRequest,
    response: (json) => ({
      errorCode: json.errorCode,
      producerId: big(json.producerId),
      producerEpoch: json.producerEpoch,
    }),
  },
  offsetForLeaderEpoch: { request: offsetForLeaderEpochRequest, response: epochEndOffsets },
  describeProducers: {
    request: (json) => ({ topics: json.topics.map(topicPartitions) }),
    response: describedPartitions,
  },
  writeTxnMarkers: { request: txnMarkers, response: writtenMarkers },
  addPartitionsToTxn: { request: addPartitionsToTxnRequest, response: addedPartitions },
  endTxn: {
    request: (json) => ({ ...transactionOf(json), committed: json.committed }),
    response: ({ errorCode }) => ({ errorCode }),
  },
  describeTransactions: {
    request: (json) => json.transactionalIds,
    response: describedTransactions,
  },
  deleteRecords: { request: deleteRecordsRequest, response: trimmedPartitions },
};

/** What a request of ours says without being asked: fields that our messages do not have. */
export const constants: Readonly<Partial<Record<ApiName, (json: Json) => unknown>>> = {
  produce: (json) => ({ transactionalId: json.transactionalId }),
  fetch: (json) => ({
    replicaId: json.replicaId ?? -1,
    clusterId: json.clusterId,
    replicaState: json.replicaState,
    rackId: json.rackId,
    logStartOffsets: [
      ...new Set(
        json.topics.flatMap((topic: Json) => topic.partitions.map((each: Json) => each.logStartOffset)),
      ),
    ].filter((offset) => offset !== -1),
  }),
  metadata: (json) => ({
    creates: json.allowAutoTopicCreation,
    operations: json.includeTopicAuthorizedOperations,
    ids: (json.topics ?? []).filter((topic: Json) => id(topic.topicId) !== noTopicId),
  }),
  findCoordinator: (json) => ({ keys: json.coordinatorKeys.length }),
  deleteTopics: ({ topics }) => ({ names: topics.map(({ name }: Json) => name) }),
  offsetForLeaderEpoch: (json) => ({ replicaId: json.replicaId }),
};

export const constantsWanted: Readonly<Partial<Record<ApiName, unknown>>> = {
  produce: { transactionalId: null },
  fetch: { replicaId: -1, clusterId: undefined, replicaState: undefined, rackId: '', logStartOffsets: [] },
  metadata: { creates: false, operations: false, ids: [] },
  findCoordinator: { keys: 1 },
  deleteTopics: { names: [null] },
  offsetForLeaderEpoch: { replicaId: -1 },
};
