// One request of a comparison as data, with symbols where the two sides have numbers of their own: producer
// ids, topic ids, fetch sessions.

export type TopicSymbol = 'topic' | 'unknown';
/** Place in the list of producer ids both sides were given; -1 is "none". */
export type IdSymbol = number;

export interface ProduceStep {
  readonly kind: 'produce';
  readonly topic: TopicSymbol;
  readonly partition: number;
  readonly acks: number;
  readonly byName: boolean;
  readonly id: IdSymbol;
  readonly epoch: number;
  readonly sequence: number;
  readonly values: readonly (string | null)[];
  /** Absent: none. */
  readonly keys?: readonly string[];
  readonly timestampMs: number;
  readonly flaw: Flaw | undefined;
  /** In the transaction of this id; undefined for a plain batch. */
  readonly transactionalId: string | undefined;
}

/** What is wrong with the record set of a produce. */
export const flaws = [
  'checksum',
  'baseOffset',
  'offsetRange',
  'twoBatches',
  'control',
  'transactional',
  'magic',
  'empty',
  'cut',
  'tooLarge',
  'logAppendTime',
  'noRecords',
] as const;
export type Flaw = (typeof flaws)[number];

export interface FetchStep {
  readonly kind: 'fetch';
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolationLevel: 0 | 1;
  /**
   * none: sessionless. open: a new one. Otherwise the place of a session opened before, and the epoch to
   * name.
   */
  readonly session: 'none' | 'open' | { readonly place: number; readonly epoch: number };
  readonly partitions: readonly FetchStepPartition[];
  readonly forgotten: readonly number[];
}
export interface FetchStepPartition {
  readonly topic: TopicSymbol;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly offset: bigint;
  readonly lastEpoch: number;
  readonly bytesMax: number;
}

export interface ListOffsetsStep {
  readonly kind: 'listOffsets';
  readonly topic: TopicSymbol;
  readonly partition: number;
  readonly replicaId: number;
  readonly isolationLevel: 0 | 1;
  readonly leaderEpoch: number;
  readonly timestamp: bigint;
}
export interface DescribeProducersStep {
  readonly kind: 'describeProducers';
  readonly topic: TopicSymbol;
  readonly partitions: readonly number[];
}
export interface InitProducerIdStep {
  readonly kind: 'initProducerId';
  readonly transactionalId: string | undefined;
  readonly timeoutMs: number;
  readonly id: IdSymbol;
  readonly epoch: number;
}
export interface LeaderEpochStep {
  readonly kind: 'offsetForLeaderEpoch';
  readonly topic: TopicSymbol;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}
export interface MetadataStep {
  readonly kind: 'metadata';
  readonly topic: TopicSymbol;
}
export interface FindCoordinatorStep {
  readonly kind: 'findCoordinator';
  readonly transactionalId: string;
}

export interface WriteMarkersStep {
  readonly kind: 'writeTxnMarkers';
  readonly markers: readonly {
    readonly id: IdSymbol;
    readonly epoch: number;
    readonly committed: boolean;
    readonly coordinatorEpoch: number;
    readonly topic: TopicSymbol;
    readonly partitions: readonly number[];
  }[];
}
export interface AddPartitionsStep {
  readonly kind: 'addPartitionsToTxn';
  readonly transactionalId: string;
  readonly id: IdSymbol;
  readonly epoch: number;
  readonly partitions: readonly number[];
}
export interface EndTxnStep {
  readonly kind: 'endTxn';
  readonly transactionalId: string;
  readonly id: IdSymbol;
  readonly epoch: number;
  readonly committed: boolean;
}
export interface DescribeTransactionStep {
  readonly kind: 'describeTransaction';
  readonly transactionalId: string;
  /** Asks again until no marker is on its way any more. */
  readonly settled: boolean;
}
export interface DeleteRecordsStep {
  readonly kind: 'deleteRecords';
  readonly topic: TopicSymbol;
  readonly partition: number;
  readonly offset: bigint;
}

export type Request =
  | WriteMarkersStep
  | AddPartitionsStep
  | EndTxnStep
  | DescribeTransactionStep
  | DeleteRecordsStep
  | ProduceStep
  | FetchStep
  | ListOffsetsStep
  | DescribeProducersStep
  | InitProducerIdStep
  | LeaderEpochStep
  | MetadataStep
  | FindCoordinatorStep;

/** A request and the broker it is sent to. */
export type Step = Request & { readonly broker: number };
export type StepKind = Step['kind'];

const shownMax = 60;

/** A step as one line, for messages; of large values only the beginning. */
export const stepText = (step: Step): string =>
  JSON.stringify(step, (_, each: unknown) => {
    if (typeof each === 'bigint') return String(each);
    const isLong = typeof each === 'string' && each.length > shownMax;
    return isLong ? `${each.slice(0, shownMax)}… of ${each.length}` : each;
  });
