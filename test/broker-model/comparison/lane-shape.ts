// The topic of one lane: a lane is one train of requests on partitions of its own, beside others.

export const lanes = 8;

export interface LaneShape {
  readonly lane: number;
  readonly topic: string;
  /** Replicas of each partition, the first of which leads at the beginning. */
  readonly assignments: readonly (readonly number[])[];
  readonly minInSync: number;
  /** Kafka's own names, on top of what all lanes have. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * With three brokers: topics with three replicas, with two, with one, so that every pair of brokers has
 * some to itself, and a minimum of replicas in sync that is kept or not when one of them is gone.
 */
export function laneShape(lane: number, topic: string, brokers: number): LaneShape {
  if (brokers === 1) return { lane, topic, assignments: [[1], [1], [1], [1]], minInSync: 1 };
  const { replicas, minInSync } = kinds[lane % kinds.length] as (typeof kinds)[0];
  const assignments = [0, 1, 2, 3].map((partition) =>
    Array.from({ length: replicas }, (_, at) => 1 + ((lane + partition + at) % 3)),
  );
  return { lane, topic, assignments, minInSync };
}

const kinds = [
  { replicas: 3, minInSync: 2 },
  { replicas: 3, minInSync: 2 },
  { replicas: 2, minInSync: 1 },
  { replicas: 2, minInSync: 1 },
  { replicas: 2, minInSync: 2 },
  { replicas: 3, minInSync: 1 },
  { replicas: 2, minInSync: 2 },
  { replicas: 1, minInSync: 1 },
];

/** Record timestamps of every second lane: a day is over before those are written, and ids expire by them. */
export const oldFromMs = 1_600_000_000_000;

export const fromMsOf = (lane: number, nowMs: number): number =>
  lane % 2 === 0 ? nowMs - 12 * 3_600_000 : oldFromMs;
