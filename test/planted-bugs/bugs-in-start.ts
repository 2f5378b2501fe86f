// Bugs in the start procedure: where a partition goes on, and under which number.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const startTest = `${mirror}/start-procedure.test.ts`;
const simulation = 'test/simulation';

export const bugsInStart: readonly PlantedBug[] = [
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
    caughtBy: [
      { file: startTest, test: 'position and next sequence follow the last batch of the target' },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'paused-leader: a deposed leader that still thinks it leads takes nothing that counts',
      },
    ],
  },
  {
    name: 'a sequence that nothing proves is pipelined',
    harm:
      'Another worker writes while a start reads, retention deletes what was written: a later batch of the ' +
      'window lands in the place of the first.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const proven = isKnown && tail.lastSequence === lastSequence;',
        replace: 'const proven = isKnown;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'where nothing of the target is left to prove the sequence, it counts as unproven',
      },
      {
        file: `${simulation}/paused-worker.test.ts`,
        test: 'a start stands still while another worker writes, and nothing is left to prove it',
      },
    ],
  },
  {
    name: 'tail check skipped',
    harm: 'A target that holds other records is appended to as if it were a mirror.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const tail = await checkTailUnmoved(site, source, target, position, fence, writer);',
        replace:
          'const unseen = { lastSequence, sourceEpoch: -1, shift: 0n, found: [], fillers: 0n };\n' +
          '  const end = { comes: toSource(position, 0n), gap: undefined, isInMixed: false };\n' +
          "  const tail = { verdict: 'unverified', ...unseen, ...end } as const;\n" +
          '  void checkTailUnmoved;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'other records than the source’s at the end of the target stop the partition',
      },
      {
        file: `${simulation}/traps.test.ts`,
        test: 'regrown: a source that lost records and grew past the position is not followed',
      },
    ],
  },
  {
    name: 'a cleaner at the source is taken for another source',
    harm: 'A copy whose topic has just been compacted stops for good, and a person has to compare the logs.',
    edits: [
      {
        file: `${mirror}/tail-check.ts`,
        search: 'throw (await findCleaned(look)) ?? thrown;',
        replace: 'throw findCleaned === undefined ? look : thrown;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a source that was compacted before anybody told so is no other source',
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
      {
        file: `${simulation}/traps.test.ts`,
        test: 'visible-end: an append that is not yet visible is not written again',
      },
    ],
  },
  {
    name: 'high watermark not waited for',
    harm: 'The position rests on records that a leader change can still take away.',
    edits: [
      {
        file: `${mirror}/replicated.ts`,
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
        search: 'const soft = site.soft !== undefined ?',
        replace:
          "const position = asTarget(await readOffset(target, 'end'));\n" +
          '  const soft = site.soft !== undefined ?',
      },
      {
        file: `${mirror}/start-procedure.ts`,
        search: "  const position = asTarget(await readOffset(target, 'end'));\n  await replicated",
        replace: '  await replicated',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'the sequence is read before the log end, and the generations after it',
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
      {
        file: `${simulation}/small-orders.test.ts`,
        test: 'two workers, one batch, an id that the target does not know',
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
    name: 'records that stand twice at the target are taken for a shift',
    harm: 'A mirror with records of its own twice goes on as if nothing had happened.',
    edits: [
      {
        file: `${mirror}/shifted-data.ts`,
        search: 'found.filter((each) => batch.end - each <= behind)',
        replace: 'found',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'records of ours that stand twice at the target are no shift, and stop the partition',
      },
    ],
  },
  {
    name: 'a trimmed batch may be shifted without fillers',
    harm: 'Records that differ from the source’s are passed over, and every record behind them is moved.',
    edits: [
      {
        file: `${mirror}/trimmed-tail.ts`,
        search: 'return gone <= most ? { shift: gone, isCompared: false } : undefined;',
        replace: 'return { shift: gone, isCompared: false };',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'other records than the source has left of a trimmed batch are no shift without fillers',
      },
    ],
  },
  {
    name: 'a ledger that was written meanwhile is believed as it was read',
    harm: 'A partition whose shift another worker has just given back stops, and waits for a person.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: "isWritten ? 'the ledger was written' : undefined",
        replace: 'isWritten ? undefined : undefined',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'what only a person could mend is not believed where the ledger has moved meanwhile',
      },
    ],
  },
];
