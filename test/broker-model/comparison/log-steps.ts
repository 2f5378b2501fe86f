// The steps that read all of a partition, at every replica: its log, its bounds, its epochs, its producers.
import type { Answer } from './side.ts';
import type { Standing } from './standing.ts';
import type { FetchStep, Step } from './steps.ts';

const read = {
  kind: 'fetch',
  maxWaitMs: 0,
  minBytes: 0,
  maxBytes: 1_000_000,
  session: 'none',
  forgotten: [],
} as const;

/** Where the log begins. */
export const startStep = (standing: Standing, partition: number): Step => ({
  kind: 'listOffsets',
  topic: 'topic',
  partition,
  replicaId: -1,
  isolationLevel: 0,
  leaderEpoch: -1,
  timestamp: -2n,
  broker: standing.leaderOf(partition),
});

export function logSteps(standing: Standing, partition: number, start: bigint): Step[] {
  const at = { topic: 'topic', partition } as const;
  const leader = standing.leaderOf(partition);
  const ends = ([0, 1] as const).map(
    (isolationLevel): Step => ({ ...startStep(standing, partition), isolationLevel, timestamp: -1n }) as Step,
  );
  const epochs = Array.from(
    { length: standing.epochOf(partition) + 2 },
    (_, leaderEpoch): Step => ({
      ...at,
      kind: 'offsetForLeaderEpoch',
      currentLeaderEpoch: -1,
      leaderEpoch,
      broker: leader,
    }),
  );
  const replicas = standing
    .replicasOf(partition)
    .flatMap((broker): Step[] => [
      ...([0, 1] as const).map(
        (isolationLevel): Step => ({ ...read, ...fetchAt(partition, start), isolationLevel, broker }),
      ),
      { kind: 'describeProducers', topic: 'topic', partitions: [partition], broker },
    ]);
  return [...ends, ...epochs, ...replicas];
}

/** The step that reads on; undefined where all is read. */
export function moreOf(step: Step, answer: Answer): Step | undefined {
  const asked = step.kind === 'fetch' ? step.partitions[0] : undefined;
  const told = (answer['partitions'] as readonly Answer[] | undefined)?.[0];
  if (step.kind !== 'fetch' || asked === undefined || told === undefined) return undefined;
  const next = told['next'] as bigint | undefined;
  return next === undefined ? undefined : { ...step, ...fetchAt(asked.partition, next) };
}

const fetchAt = (partition: number, offset: bigint): Pick<FetchStep, 'partitions'> => ({
  partitions: [{ topic: 'topic', partition, leaderEpoch: -1, offset, lastEpoch: -1, bytesMax: 1_000_000 }],
});
