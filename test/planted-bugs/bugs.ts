// Bugs that have broken mirrors, each as a change of the code and the test that must turn red. The change
// must fit the code exactly once: when the code moves on, its bug moves with it. docs/design/planted-bugs.md
// is made from here.

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly search: string;
  readonly replace: string;
}

export interface Catch {
  readonly file: string;
  /** The whole name of the test. */
  readonly test: string;
}

export interface PlantedBug {
  readonly name: string;
  /** What would happen, in one sentence. */
  readonly harm: string;
  readonly edits: readonly Edit[];
  /** Caught by each of these; the first is run by `npm test`. */
  readonly caughtBy: readonly [Catch, ...Catch[]];
}

const mirror = 'src/data-plane/mirror';
const partitionTest = `${mirror}/mirror-partition.test.ts`;
const startTest = `${mirror}/start-procedure.test.ts`;

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'sequence off by one',
    harm:
      'The second batch of a window repeats a number of the first: the broker refuses it, or takes ' +
      'it for another.',
    edits: [
      {
        file: `${mirror}/write-head.ts`,
        search: 'sequenceAfter(this.#sequence, batch.recordCount)',
        replace: 'sequenceAfter(this.#sequence, batch.recordCount - 1)',
      },
    ],
    caughtBy: [
      {
        file: partitionTest,
        test:
          'batches go out patched: base offset 0, the fence’s id, consecutive sequences, a right ' +
          'checksum',
      },
    ],
  },
  {
    name: 'sequence off by one after a start',
    harm:
      'The first batch after a start repeats the last number: it is taken for a repeat and never ' +
      'written.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'sequenceAfter(lastSequence, 1)',
        replace: 'lastSequence',
      },
    ],
    caughtBy: [{ file: startTest, test: 'position and next sequence follow the last batch of the target' }],
  },
  {
    name: 'sequences do not start over',
    harm: 'After 2³¹ records the number becomes negative and every write is refused.',
    edits: [
      {
        file: `${mirror}/sequence.ts`,
        search: 'sum > sequenceMax ? sum - sequenceMax - 1 : sum',
        replace: 'sum',
      },
    ],
    caughtBy: [{ file: `${mirror}/sequence.test.ts`, test: 'sequences start over after 2^31 - 1' }],
  },
  {
    name: 'tail check skipped',
    harm: 'A target that holds other records is appended to as if it were a mirror.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const tail = await checkTail(source, target, position, fence);',
        replace:
          "const tail: Tail = { verdict: 'unverified', lastSequence, sourceEpoch: -1 };\n  void checkTail;",
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'other records than the source’s at the end of the target stop the partition',
      },
    ],
  },
  {
    name: 'sequence from the log end, position behind it',
    harm: 'An append that is not replicated yet is written a second time, under the next number.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: "const position = asTarget(await readOffset(target, 'end'));",
        replace: "const position = asTarget(await readOffset(target, 'highWatermark'));",
      },
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'refuseOtherBytes(target, position, lastSequence, tail);',
        replace: 'void refuseOtherBytes;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'an append that is not committed yet is waited for, and belongs to the position',
      },
    ],
  },
  {
    name: 'high watermark not waited for',
    harm: 'The position rests on records that a leader change can still take away.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'if (highWatermark >= logEnd) return;',
        replace: 'if (highWatermark <= logEnd) return;',
      },
    ],
    caughtBy: [{ file: startTest, test: 'an append that is never committed is told, not passed over' }],
  },
  {
    name: 'log end read before the sequence',
    harm: 'A predecessor’s write between the two reads gives a number that fits at the wrong place.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: `  const lastSequence = await readLastSequence(target, fence);
  const position = asTarget(await readOffset(target, 'end'));`,
        replace: `  const position = asTarget(await readOffset(target, 'end'));
  const lastSequence = await readLastSequence(target, fence);`,
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'the generations are read before the target, and the sequence before the log end',
      },
    ],
  },
  {
    name: 'position and sequence from other bytes',
    harm: 'What landed between two reads of the start procedure passes unseen.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'refuseOtherBytes(target, position, lastSequence, tail);',
        replace: 'void refuseOtherBytes;',
      },
    ],
    caughtBy: [{ file: startTest, test: 'a write of a predecessor between the two reads is noticed' }],
  },
  {
    name: 'a new id begins at 0',
    harm: 'A stale write of a forgotten predecessor fits by its number.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'site.random.int(sequenceMax)',
        replace: '0 * sequenceMax',
      },
    ],
    caughtBy: [
      { file: startTest, test: 'an id that the target does not know begins with a random sequence' },
    ],
  },
  {
    name: 'an unknown id is pipelined',
    harm: 'The first request fails and the second lands in its place.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: 'this.#idKnown ? this.#limits.inFlightMax : 1',
        replace: 'this.#limits.inFlightMax',
      },
    ],
    caughtBy: [
      {
        file: partitionTest,
        test: 'an unknown id sends one batch alone until it is acknowledged in its place',
      },
    ],
  },
  {
    name: 'in-flight window not drained after an error',
    harm: 'The start procedure reads a log that its own older writes still change.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: "if (this.#state.name !== 'draining' || this.#inFlight > 0) return;",
        replace: "if (this.#state.name !== 'draining') return;",
      },
    ],
    caughtBy: [
      {
        file: partitionTest,
        test:
          'after an error nothing is sent and nothing starts until everything in flight has been ' +
          'answered',
      },
    ],
  },
  {
    name: 'answers of an earlier life are taken',
    harm: 'Records fetched for an old position are written at the new one.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: "(life !== this.#life || this.#state.name !== 'mirroring' || offset !== this.#fetchNext)",
        replace: "(this.#state.name !== 'mirroring')",
      },
    ],
    caughtBy: [{ file: partitionTest, test: 'an answer that belongs to an earlier life changes nothing' }],
  },
  {
    name: 'a repeat is taken for an append',
    harm: 'Two workers write alternately, each sure of a place that the other has.',
    edits: [
      {
        file: `${mirror}/produce-outcome.ts`,
        search: 'if (baseOffset === expected) return appended;',
        replace: 'if (baseOffset <= expected) return appended;',
      },
    ],
    caughtBy: [
      {
        file: `${mirror}/produce-outcome.test.ts`,
        test: 'success below the expected offset is a repeat that the fence recognised',
      },
    ],
  },
  {
    name: 'a hole at the source is closed up',
    harm: 'All records behind the hole get other offsets than at the source.',
    edits: [
      {
        file: `${mirror}/intake.ts`,
        search: 'if (base > expected) {',
        replace: 'if (base > expected + (1n << 62n)) {',
      },
    ],
    caughtBy: [
      { file: partitionTest, test: 'what lies before an obstacle is written before the partition stops' },
    ],
  },
  {
    name: 'wrong CRC patch',
    harm: 'The broker refuses every batch as corrupt, or, worse, a damaged one passes.',
    edits: [
      {
        file: 'src/kafka/batch/patch.ts',
        search: 'const wanted = (baseSequence >>> (24 - 8 * i)) & 0xff;',
        replace: 'const wanted = (baseSequence >>> (8 * i)) & 0xff;',
      },
    ],
    caughtBy: [
      {
        file: 'src/kafka/batch/patch.test.ts',
        test: 'a patched batch equals one made under the fence from the start',
      },
      {
        file: partitionTest,
        test:
          'batches go out patched: base offset 0, the fence’s id, consecutive sequences, a right ' +
          'checksum',
      },
    ],
  },
  {
    name: 'a checksum made anew',
    harm: 'What was damaged on the way gets a right checksum and is kept for ever.',
    edits: [
      {
        file: 'src/kafka/batch/patch.ts',
        search: '  bytes.writeInt32BE(baseSequence, at + producerAt + 10);\n}',
        replace:
          '  bytes.writeInt32BE(baseSequence, at + producerAt + 10);\n' +
          '  const end = at + 12 + batchLengthOf(bytes, at);\n' +
          '  bytes.writeUInt32BE(crc32cOf(bytes.subarray(at + 21, end)), at + 17);\n}',
      },
      {
        file: 'src/kafka/batch/patch.ts',
        search: "import { crcRegister, shiftRegister } from './crc32c.ts';",
        replace: "import { crc32c as crc32cOf, crcRegister, shiftRegister } from './crc32c.ts';",
      },
    ],
    caughtBy: [
      {
        file: 'src/kafka/batch/patch.test.ts',
        test: 'a wrong checksum stays wrong by the same bits, so that the broker refuses the batch',
      },
    ],
  },
  {
    name: 'leader epoch ignored',
    harm: 'A leader that was paused wakes up and answers with an old log.',
    edits: [
      {
        file: `${mirror}/partition-end.ts`,
        search: `            currentLeaderEpoch: at.leaderEpoch,
            timestamp:`,
        replace: `            currentLeaderEpoch: -1,
            timestamp:`,
      },
      {
        file: `${mirror}/partition-end.ts`,
        search: `            currentLeaderEpoch: at.leaderEpoch,
            fetchOffset:`,
        replace: `            currentLeaderEpoch: -1,
            fetchOffset:`,
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a leader that was paused and wakes up is not believed: reads name the leader epoch',
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
        file: 'src/data-plane/worker/assignment.ts',
        search: 'partition < topic.partitions;',
        replace: 'partition < 1;',
      },
    ],
    caughtBy: [
      {
        file: 'src/data-plane/worker/assignment.test.ts',
        test: 'every partition of a topic is mirrored, and those that are added later too',
      },
    ],
  },
];
