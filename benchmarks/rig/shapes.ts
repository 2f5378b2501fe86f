// The four kinds of source data. Sizes and batch limits are those of the figures that the goals were set by.

export const shapeNames = ['1kb-plain', '1kb-lz4', '100b-lz4-small', '100b-lz4-large'] as const;
export type ShapeName = (typeof shapeNames)[number];

export interface Shape {
  readonly name: ShapeName;
  readonly title: string;
  readonly recordBytes: number;
  readonly codec: 'none' | 'lz4';
  /**
   * `batch.size` of the Java producer that loads the topic; with its long linger every batch is full. With
   * a codec the batches come out smaller by about a third.
   */
  readonly batchBytes: number;
  /**
   * Records of a full and of a quick run: MirrorMaker 2 must get warm and stay in steady state for seconds.
   */
  readonly records: number;
  readonly recordsQuick: number;
  /** Whether the goal is set per GB on the wire or per record. */
  readonly unit: 'gb' | 'records';
  /** The goal: MirrorMaker 2's CPU seconds per unit over Causeway's. */
  readonly ratioGoal: number;
}

export const shapes: readonly Shape[] = [
  {
    name: '1kb-plain',
    title: '1 KB records, 53 KB batches, plain',
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
    recordBytes: 100,
    codec: 'lz4',
    batchBytes: 33_000,
    records: 30_000_000,
    recordsQuick: 8_000_000,
    unit: 'records',
    ratioGoal: 35,
  },
];

export const partitionCount = 8;

/** Between regions an ocean apart: 80 ms and 1 Gbit/s. */
export const longLink = { rttMs: 80, bandwidthBytesPerSecond: 125e6 };
