// Bugs in what is written: numbers, header, window, answers.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const worker = 'src/data-plane/worker';
const partitionTest = `${mirror}/mirror-partition.test.ts`;
const simulation = 'test/simulation';

export const bugsInWriting: readonly PlantedBug[] = [
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
      {
        file: `${simulation}/random-worlds.test.ts`,
        test: '120 random worlds become level again after their faults',
      },
    ],
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
    name: 'an unknown id is pipelined',
    harm: 'The first request fails and the second lands in its place.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'this.#proven ? this.#limits.inFlightMax : 1',
        replace: 'this.#limits.inFlightMax',
      },
    ],
    caughtBy: [
      {
        file: partitionTest,
        test: 'an unknown id sends one batch alone until it is acknowledged in its place',
      },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'unknown-pipelined: while the id is unknown a refused batch is not overtaken by the next',
      },
    ],
  },
  {
    name: 'in-flight window not drained after an error',
    harm: 'The start procedure reads a log that its own older writes still change.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: "if (this.#state.name !== 'draining' || this.inFlight > 0) return;",
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
      {
        file: `${simulation}/traps.test.ts`,
        test: 'paused-leader: a deposed leader that still thinks it leads takes nothing that counts',
      },
    ],
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
      {
        file: `${simulation}/traps.test.ts`,
        test: 'visible-end: an append that is not yet visible is not written again',
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
    name: 'acknowledged by the leader alone',
    harm: 'A record counts as copied that the next election takes away.',
    edits: [{ file: `${worker}/target-lane.ts`, search: 'acks: -1,', replace: 'acks: 1,' }],
    caughtBy: [
      { file: `${worker}/target-lane.test.ts`, test: 'a request waits for all replicas in sync' },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'visible-end: an append that is not yet visible is not written again',
      },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'paused-leader: a deposed leader that still thinks it leads takes nothing that counts',
      },
    ],
  },
  {
    name: 'a partition twice in one request',
    harm: 'The broker loses one of the two batches without an error.',
    edits: [
      {
        file: `${worker}/target-lane.ts`,
        search: 'if (!partition.canProduce) this.#ready.delete(partition);',
        replace: 'if (this.#ready.delete(partition) && partition.canProduce) this.#ready.add(partition);',
      },
    ],
    caughtBy: [
      {
        file: `${worker}/target-lane.test.ts`,
        test: 'partitions share a request, and none is in it twice',
      },
      {
        file: `${simulation}/random-worlds.test.ts`,
        test: '120 random worlds become level again after their faults',
      },
    ],
  },
  {
    name: 'a process that stood still writes on',
    harm: 'It writes into a generation that has ended while it slept.',
    edits: [
      {
        file: `${worker}/target-lane.ts`,
        search: 'if (!this.#parts.mayWrite()) return;',
        replace: '',
      },
    ],
    caughtBy: [
      { file: `${worker}/target-lane.test.ts`, test: 'a process that stood still writes nothing more' },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'sleeper: a machine that slept until its id was forgotten writes nothing under it',
      },
    ],
  },
];
