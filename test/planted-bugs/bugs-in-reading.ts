// Bugs in what is read, and in which partitions are mirrored at all.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const worker = 'src/data-plane/worker';
const partitionTest = `${mirror}/mirror-partition.test.ts`;
const simulation = 'test/simulation';

export const bugsInReading: readonly PlantedBug[] = [
  {
    name: 'answers of an earlier life are taken',
    harm: 'What was fetched before trouble is written after it, unseen by the start procedure.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: 'if (life !== this.#life || window === undefined) return;\n    const { highWatermark',
        replace: 'if (window === undefined) return;\n    const { highWatermark',
      },
    ],
    caughtBy: [{ file: partitionTest, test: 'an answer that belongs to an earlier life changes nothing' }],
  },
  {
    name: 'an early answer of another history is taken',
    harm: 'After an unclean election the mirror goes on with records that do not continue its own.',
    edits: [
      {
        file: `${mirror}/intake.ts`,
        search: '(end === position && leaderEpochOf(records, start) !== leaderEpoch)',
        replace: 'false',
      },
    ],
    caughtBy: [{ file: partitionTest, test: 'an answer of another history is not taken, however it begins' }],
  },
  {
    name: 'a hole at the source is closed up',
    harm: 'All records behind the hole get other offsets than at the source.',
    edits: [
      {
        file: `${mirror}/intake.ts`,
        search: 'if (!this.#continued.isSoft) return gapCause(this.#next, base);',
        replace: '',
      },
    ],
    caughtBy: [
      { file: partitionTest, test: 'what lies before an obstacle is written before the partition stops' },
    ],
  },
  {
    name: 'leader epoch ignored in the fetch loop',
    harm: 'A source that lost records and grew past the position again is not noticed.',
    edits: [
      {
        file: `${worker}/source-lane.ts`,
        search: 'partition.point?.source.leaderEpoch ?? -1',
        replace: '-1',
      },
      {
        file: `${worker}/source-lane.ts`,
        search: 'partition.fetchPosition()?.lastFetchedEpoch ?? -1',
        replace: '-1',
      },
    ],
    caughtBy: [
      {
        file: `${worker}/source-lane.test.ts`,
        test: 'a fetch names both leader epochs and asks for committed data only',
      },
      {
        file: `${simulation}/regrown-unseen.test.ts`,
        test: 'regrown-unseen: a source that lost records while the queue was full is not followed',
      },
    ],
  },
  {
    name: 'uncommitted records are fetched',
    harm: 'Records of a transaction that is aborted later stand in the target for ever.',
    edits: [
      {
        file: `${worker}/source-lane.ts`,
        search: 'isolationLevel: 1,',
        replace: 'isolationLevel: 0,',
      },
    ],
    caughtBy: [
      {
        file: `${worker}/source-lane.test.ts`,
        test: 'a fetch names both leader epochs and asks for committed data only',
      },
    ],
  },
  {
    name: 'partition count not followed',
    harm: 'Partitions that were added at the source have no place at the target.',
    edits: [
      {
        file: 'src/control-plane/reconciler/plan-topic.ts',
        search: 'if (from < atSource.partitions) {',
        replace: 'if (from < 1) {',
      },
    ],
    caughtBy: [
      {
        file: 'src/control-plane/reconciler/plan.test.ts',
        test: 'partitions added at the source are added at the target before they are mirrored',
      },
    ],
  },
  {
    name: 'partition count not followed by the worker',
    harm: 'Partitions that were added to a topic are never mirrored.',
    edits: [
      {
        file: `${worker}/assignment.ts`,
        search: 'partition < topic.partitions;',
        replace: 'partition < 1;',
      },
    ],
    caughtBy: [
      {
        file: `${worker}/assignment.test.ts`,
        test: 'every partition of a topic is mirrored, and those that are added later too',
      },
    ],
  },
];
