// Bugs in batches that are decoded and written again.
import type { PlantedBug } from './planted-bug.ts';

const file = 'src/kafka/batch/re-encode.ts';
const unitTest = 'src/kafka/batch/re-encode.test.ts';
const javaTest = 'test/java-peer/made-batches.java.test.ts';
const piecesTest = 'records at consecutive offsets make one batch, what lies between is holes';
const cleanedTest = 'lz4: 1500 batches of Kafka’s, cleaned, are made and read as they were';

export const bugsInMaking: readonly PlantedBug[] = [
  {
    name: 'a gap inside a batch is closed up',
    harm: 'All records behind the gap get other offsets than at the source.',
    edits: [{ file, search: 'delta !== run.firstDelta + run.count', replace: 'run.count === 0' }],
    caughtBy: [
      { file: unitTest, test: piecesTest },
      { file: javaTest, test: cleanedTest },
    ],
  },
  {
    name: 'a gap at the end of a batch is forgotten',
    harm: 'The records of the next batch get other offsets than at the source.',
    edits: [{ file, search: 'if (reached < to) pieces', replace: 'if (reached > to) pieces' }],
    caughtBy: [
      { file: unitTest, test: piecesTest },
      { file: javaTest, test: cleanedTest },
    ],
  },
  {
    name: 'records before the position are made again',
    harm: 'A batch that begins before the position is written a second time in part.',
    edits: [{ file, search: 'if (delta < fromDelta) continue;', replace: 'if (delta < 0) continue;' }],
    caughtBy: [
      { file: unitTest, test: piecesTest },
      { file: javaTest, test: cleanedTest },
    ],
  },
  {
    name: 'LogAppendTime is passed on',
    harm: 'The target shows the producers’ times where the source shows the times of the appends.',
    edits: [{ file, search: '    usesLogAppendTime(attributes) ||\n', replace: '' }],
    caughtBy: [{ file: unitTest, test: 'a plain batch at the position needs no making, any other does' }],
  },
  {
    name: 'an append time becomes the oldest',
    harm: 'Records show the time of the batch’s oldest record instead of the time of the append.',
    edits: [{ file, search: 'baseTimestamp: appendTime ?? baseTimestamp,', replace: 'baseTimestamp,' }],
    caughtBy: [
      { file: unitTest, test: 'append time becomes the time of each record' },
      { file: javaTest, test: cleanedTest },
    ],
  },
  {
    name: 'a bomb is unpacked',
    harm: 'A few bytes of a hostile writer take all memory of the worker.',
    edits: [
      {
        file: 'src/kafka/codec/lz4.ts',
        search: 'Buffer.allocUnsafe(Math.min(most, bytesMax))',
        replace: 'Buffer.allocUnsafe(most)',
      },
    ],
    caughtBy: [
      {
        file: 'src/kafka/codec/codecs.test.ts',
        test: 'lz4: a bomb is refused before anything of its size is allocated',
      },
      { file: 'src/kafka/batch/records.test.ts', test: 'lz4: a bomb is not unpacked beyond the limit' },
    ],
  },
];
