// The kinds of source data. Sizes and batch limits of the first four are those of the figures that the goals
// were set by; the others have no goals.

/** No transactions, nothing compacted, few partitions. */
export const plainShapeNames = ['1kb-plain', '1kb-lz4', '100b-lz4-small', '100b-lz4-large'] as const;
export const shapeNames = [
  ...plainShapeNames,
  '1kb-transactional',
  '1kb-compacted',
  '1kb-1000-partitions',
] as const;
export type ShapeName = (typeof shapeNames)[number];

export interface Shape {
  readonly name: ShapeName;
  readonly title: string;
  /** How the topic is written; see `loadTopic`. */
  readonly kind: 'plain' | 'transactional' | 'compacted';
  readonly partitions: number;
  readonly recordBytes: number;
  readonly codec: 'none' | 'lz4';
  /**
   * Of a plain topic `batch.size` of the Java producer that loads it; with its long linger every batch is
   * full. With a codec the batches come out smaller by about a third.
   */
  readonly batchBytes: number;
  /**
   * Records that are written for a full and for a quick run, those that come to nothing too: MirrorMaker 2
   * must get warm and stay in steady state for seconds.
   */
  readonly records: number;
  readonly recordsQuick: number;
  /** Whether the goal is set per GB on the wire or per record. */
  readonly unit: 'gb' | 'records';
  /** The goal: MirrorMaker 2's CPU seconds per unit over Causeway's; undefined: none is set. */
  readonly ratioGoal: number | undefined;
}

const partitionsUsual = 8;
const plain = { kind: 'plain', partitions: partitionsUsual } as const;

/** Of the shapes that no plain topic has: without a goal. */
const kilobytes = {
  partitions: partitionsUsual,
  recordBytes: 1000,
  codec: 'none',
  batchBytes: 50_000,
  records: 8_000_000,
  recordsQuick: 3_500_000,
  unit: 'gb',
  ratioGoal: undefined,
} as const;

export const shapes: readonly Shape[] = [
  {
    name: '1kb-plain',
    title: '1 KB records, 53 KB batches, plain',
    ...plain,
    recordBytes: 1000,
    codec: 'none',
    batchBytes: 54_500,
    records: 8_000_000,
    recordsQuick: 3_500_000,
    unit: 'gb',
    ratioGoal: 8,
  },
  {
    name: '1kb-lz4',
    title: '1 KB records, 34 KB lz4 batches',
    ...plain,
    recordBytes: 1000,
    codec: 'lz4',
    batchBytes: 54_500,
    records: 8_000_000,
    recordsQuick: 4_000_000,
    unit: 'gb',
    ratioGoal: 15,
  },
  {
    name: '100b-lz4-small',
    title: '100 B records, 2.2 KB lz4 batches',
    ...plain,
    recordBytes: 100,
    codec: 'lz4',
    batchBytes: 3_100,
    records: 30_000_000,
    recordsQuick: 8_000_000,
    unit: 'records',
    ratioGoal: 15,
  },
  {
    name: '100b-lz4-large',
    title: '100 B records, 22 KB lz4 batches',
    ...plain,
    recordBytes: 100,
    codec: 'lz4',
    batchBytes: 33_000,
    records: 30_000_000,
    recordsQuick: 8_000_000,
    unit: 'records',
    ratioGoal: 35,
  },
  {
    name: '1kb-transactional',
    title: '1 KB records, 100 a transaction, one in ten aborted',
    kind: 'transactional',
    ...kilobytes,
  },
  {
    name: '1kb-compacted',
    title: '1 KB records, each key twice, cleaned',
    kind: 'compacted',
    ...kilobytes,
  },
  {
    name: '1kb-1000-partitions',
    title: '1 KB records, 53 KB batches, 1,000 partitions',
    kind: 'plain',
    partitions: 1_000,
    recordBytes: 1000,
    codec: 'none',
    batchBytes: 54_500,
    records: 8_000_000,
    recordsQuick: 3_500_000,
    unit: 'gb',
    ratioGoal: undefined,
  },
];

/** The first of them: for latency and the long link. */
export const usualShape = shapes[0] as Shape;

/** Between regions an ocean apart: 80 ms and 1 Gbit/s. */
export const longLink = { rttMs: 80, bandwidthBytesPerSecond: 125e6 };
