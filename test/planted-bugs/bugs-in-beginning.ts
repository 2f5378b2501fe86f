// Bugs in where a copy begins whose source's log does not begin at 0.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const prefixTest = 'test/simulation/prefix.test.ts';
const firstTest = `${mirror}/first-offset.test.ts`;

export const bugsInBeginning: readonly PlantedBug[] = [
  {
    name: 'a prefix is not trimmed',
    harm: 'Consumers of the copy begin with millions of empty records.',
    edits: [
      {
        file: `${mirror}/prefix.ts`,
        search: 'if (!(await deleteRecords(site, target, start.firstOffset))) throw',
        replace: 'void deleteRecords;',
      },
    ],
    caughtBy: [
      {
        file: prefixTest,
        test: 'the prefix is filled and trimmed, and the mirror begins where the source does',
      },
    ],
  },
  {
    name: 'a prefix in the making is taken for a mirror',
    harm: 'After a restart the partition stops with records lost that were never to be copied.',
    edits: [
      {
        file: `${mirror}/prefix.ts`,
        search: 'return isNullBatch(records, BigInt(timestampMs));',
        replace: 'return isNullBatch(records, -1n);',
      },
    ],
    caughtBy: [
      {
        file: firstTest,
        test: 'a prefix that is filled in part, or not trimmed, is gone on with where it ends',
      },
      { file: prefixTest, test: 'a worker is killed at every step of it, and the next one goes on' },
    ],
  },
  {
    name: 'whatever stands below the first offset is a prefix',
    harm: 'Records that another worker has mirrored are trimmed.',
    edits: [
      {
        file: `${mirror}/prefix.ts`,
        search: 'return isNullBatch(records, BigInt(timestampMs));',
        replace: 'return isNullBatch(records, BigInt(timestampMs)) || true;',
      },
    ],
    caughtBy: [
      {
        file: firstTest,
        test: 'records of another kind before the first offset are no prefix, and are never trimmed',
      },
    ],
  },
  {
    name: 'the last decision in the ledger wins',
    harm: 'Of two workers that decide at once, each begins elsewhere.',
    edits: [
      {
        file: 'src/ledger/starts.ts',
        search: 'if (!starts.has(key)) starts.set(',
        replace: 'starts.set(',
      },
    ],
    caughtBy: [
      {
        file: 'src/ledger/starts.test.ts',
        test: 'the first start of a partition wins, and a topic that was created anew has its own',
      },
      {
        file: prefixTest,
        test: 'a worker stands still at every step of it, another begins, and the first wakes up',
      },
    ],
  },
  {
    name: 'a worker acts on its own decision',
    harm: 'As before, without the ledger noticing.',
    edits: [
      {
        file: `${mirror}/first-offset.ts`,
        search: 'return now;',
        replace:
          'const own = { firstOffset, way, timestampMs };\n' +
          '  return { ...now, starts: new Map([[shiftKey(target.topicId, target.partition), own]]) };',
      },
    ],
    caughtBy: [
      {
        file: prefixTest,
        test: 'two workers that would begin elsewhere begin where the ledger was told first',
      },
    ],
  },
  {
    name: 'latest is decided anew while nothing is written',
    harm: 'What was produced between two starts of the worker is left out.',
    edits: [
      {
        file: `${mirror}/first-offset.ts`,
        search: 'if (firstOffset === 0n && isPlain(site)) return fence;',
        replace: 'if (firstOffset === 0n) return fence;',
      },
    ],
    caughtBy: [
      {
        file: prefixTest,
        test: 'latest of an empty source: what comes before the first write is copied',
      },
    ],
  },
  {
    name: 'the first batch of a prefix has a random sequence',
    harm: 'Two workers that begin at once refuse each other.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'isFirst ? 0 : nextSequenceOf(site, lastSequence)',
        replace: 'nextSequenceOf(site, lastSequence)',
      },
    ],
    caughtBy: [{ file: prefixTest, test: 'two workers that begin at the same time fill one prefix' }],
  },
  {
    name: 'data of a copy with a negative shift is looked for at its own offset',
    harm: 'After fillers too many the partition stops as if it differed.',
    edits: [
      {
        file: `${mirror}/shifted-data.ts`,
        search: 'const least = firstShiftOf(segments);',
        replace: 'const least = 0n;',
      },
    ],
    caughtBy: [
      {
        file: firstTest,
        test: 'fillers too many in a copy that began shifted are found, and told of',
      },
    ],
  },
];
