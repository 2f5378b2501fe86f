// Bugs in soft partitions: what two workers that see other holes do to each other.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const fillTest = `${mirror}/fill-soft.test.ts`;
const windowTest = `${mirror}/write-window.test.ts`;
const startTest = `${mirror}/soft-start.test.ts`;
const pausedTest = 'test/simulation/paused-compacted.test.ts';

export const bugsInSoft: readonly PlantedBug[] = [
  {
    name: 'a run of a soft partition goes on at the epoch that was held',
    harm: 'A worker that still sees records where its successor sees holes writes them behind the fillers.',
    edits: [
      {
        file: `${mirror}/fill-soft.ts`,
        search: 'beginUnder(site, fill, await site.raiseGuard(held, fill.mayMix && held.isProven))',
        replace: 'beginUnder(site, fill, held)',
      },
    ],
    caughtBy: [
      { file: fillTest, test: 'a run begins with one filler at a new epoch, from which data goes on' },
    ],
  },
  {
    name: 'a start behind fillers writes at once',
    harm: 'Fillers that a predecessor has under way land in front of it, and nobody knows how many.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'this.#needsFiller = point.isBehindFillers;',
        replace: 'this.#needsFiller = false;',
      },
    ],
    caughtBy: [
      {
        file: pausedTest,
        test:
          'older-view-wins: it has seen holes where its successor sees records; it stands still; ' +
          'holes are filled directly',
      },
    ],
  },
  {
    name: 'a shift that is not certain yet is recorded',
    harm: 'The ledger says that records are elsewhere than a predecessor then writes them.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'if (isBehindFillers && firstTargetOffset === position) continue;',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'behind fillers of its own id a shift is certain only once a filler of ours has landed',
      },
    ],
  },
  {
    name: 'the ledger is read in front of the log’s end only',
    harm: 'A shift that was given back since is believed, and the last record is written twice.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const found = await site.fence();',
        replace: 'const found = known;',
      },
    ],
    caughtBy: [{ file: startTest, test: 'an id that is recorded while the target is read is seen' }],
  },
  {
    name: 'records of a compacted copy are not compared',
    harm: 'A source that was made anew, or a copy that others wrote into, is mirrored on.',
    edits: [
      {
        file: `${mirror}/untold-shift.ts`,
        search: 'if (!isDeepStrictEqual({ ...mine, offset }, original))',
        replace: 'if (mine.offset < 0n)',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'what only one side still holds is not compared; what both hold must be the same',
      },
    ],
  },
  {
    name: 'a new data id is used before the old one is closed',
    harm: 'What a predecessor wrote under the old id lands behind records of the new one, a second time.',
    edits: [
      {
        file: `${mirror}/data-id.ts`,
        search: 'before === undefined || isClosed(before)',
        replace: 'before === undefined || isKnown(before)',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'of several ids the newest one counts whose predecessor is closed in the partition',
      },
      {
        file: pausedTest,
        test: 'other-guard: a data id is changed where its successor sees a record, where it decides',
      },
    ],
  },
  {
    name: 'a guard that is known by its fillers is taken for the data’s id',
    harm: 'A worker that goes on under the generation’s id writes the same records a second time.',
    edits: [
      {
        file: `${mirror}/data-id.ts`,
        search: '(isKnown(id) && !isKnown(before))',
        replace: 'isKnown(id)',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'what has become soft changes its id once the generation’s is closed',
      },
    ],
  },
  {
    name: 'behind the closing filler of an id no run of its heir begins',
    harm: 'Who closed it at the same time may have fillers of the heir under way, of which nobody knows.',
    edits: [
      {
        file: `${mirror}/data-id.ts`,
        search: 'const isBehindClosing = at > 0;',
        replace: 'const isBehindClosing = at < 0;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'of several ids the newest one counts whose predecessor is closed in the partition',
      },
    ],
  },
  {
    name: 'late fillers of another id are not looked for',
    harm: 'Data behind the filler of a worker that slept is taken to be where the ledger says.',
    edits: [
      {
        file: `${mirror}/survivors.ts`,
        search: 'const strangers = BigInt(batch.strangers);',
        replace: 'const strangers = 0n;',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'late fillers of an id that was left are found in front of the first data of its heir',
      },
    ],
  },
  {
    name: 'data goes on in its epoch behind a filler of another id',
    harm: 'The hole that the filler stands for is taken for a shift, and the next record is written twice.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'return isMixed || fillers > 0n;',
        replace: 'return isMixed;',
      },
    ],
    caughtBy: [{ file: startTest, test: 'behind a filler of another id data does not go on in its epoch' }],
  },
  {
    name: 'a beginning that a late worker decided is believed',
    harm: 'Records behind those that were mirrored are passed over as if they lay before the copy.',
    edits: [
      {
        file: `${mirror}/tail-check.ts`,
        search: 'const isBefore = last !== undefined &&',
        replace: 'const isBefore = last !== undefined && firstOffset < 0n &&',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a beginning that a late worker decided does not count where there was data before',
      },
    ],
  },
  {
    name: 'what a prefix was begun with is compared like data',
    harm: 'A copy of which the prefix was begun before its topic was compacted stops, and nothing is wrong.',
    edits: [
      {
        file: `${mirror}/survivors.ts`,
        search: 'read.batches.filter((each) => !isOfPrefix(each, start))',
        replace: 'read.batches.filter((each) => isOfPrefix !== undefined || each)',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a beginning that a late worker decided does not count where there was data before',
      },
    ],
  },
  {
    name: 'gaps are filled whatever the set says',
    harm: 'Records that retention has deleted are lost, and nobody is asked.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: "policy.onGap === 'fill' && isSoft",
        replace: 'isSoft',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'what retention has taken is holes where gaps are filled, and the ledger keeps which',
      },
    ],
  },
  {
    name: 'a copy is trimmed where its source begins, however it is shifted',
    harm: 'Records that the source still has are deleted at the target.',
    edits: [
      {
        file: 'src/data-plane/worker/trim-follower.ts',
        search: 'const to = targetFrom(segments, view.logStart);',
        replace: 'const to = view.logStart;',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/trim-follow.test.ts',
        test: 'a copy that is shifted is trimmed where its records stand',
      },
    ],
  },
  {
    name: 'a start in a mixed epoch goes on as in a plain one',
    harm: 'Fillers that a predecessor has under way land between its records, and nothing tells of them.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'return isMixed || fillers > 0n;',
        replace: 'return fillers > 0n;',
      },
    ],
    caughtBy: [
      { file: startTest, test: 'in a mixed epoch a start begins with a filler, also behind data' },
      {
        file: pausedTest,
        test:
          'older-view-wins: it has seen holes where its successor sees records; it stands still; ' +
          'holes are filled directly, in mixed epochs',
      },
    ],
  },
  {
    name: 'fillers of a mixed epoch are taken for too many',
    harm: 'Holes are counted as a shift, and records behind them are written a second time.',
    edits: [
      {
        file: `${mirror}/survivors.ts`,
        search: '|| isMixedEpoch(producerEpochOf(batch.bytes, 0))',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'data of a mixed epoch stands where the ledger says: fillers between it stand for holes',
      },
    ],
  },
  {
    name: 'fillers of a mixed epoch that was left are taken for too many',
    harm: 'The first records behind a mixed epoch are taken for others, and written a second time.',
    edits: [
      {
        file: `${mirror}/last-data.ts`,
        search: '|| isMixedEpoch(control.producerEpoch)',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'fillers that a mixed epoch was left behind stand for holes',
      },
    ],
  },
  {
    name: 'an id that has had another one before it has mixed epochs',
    harm: 'A late filler that closes the other id moves records, and nothing tells of it.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'dataIds[0]?.producerId === producerId',
        replace: 'dataIds.length > 0',
      },
    ],
    caughtBy: [
      {
        file: windowTest,
        test: 'an id that has had another one before it has no mixed epochs, nor has the generation’s',
      },
    ],
  },
  {
    name: 'an epoch is mixed before the direct way is known to be there',
    harm: 'A coordinator’s late fillers land between records of one epoch, and nothing tells of them.',
    edits: [
      {
        file: `${mirror}/fill-soft.ts`,
        search: 'fill.mayMix && held.isProven',
        replace: 'fill.mayMix',
      },
    ],
    caughtBy: [
      {
        file: fillTest,
        test: 'a mixed epoch begins as a run does, once the direct way is known to be there',
      },
    ],
  },
  {
    name: 'data is sent while a mixed epoch is being left',
    harm: 'The position goes back behind records that have been written, and the partition stands still.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'if (this.#isFilling || this.#needsFiller',
        replace: 'if (this.#needsFiller',
      },
    ],
    caughtBy: [
      {
        file: windowTest,
        test: 'near the end a mixed epoch is left before the next record, with nothing in flight',
      },
    ],
  },
  {
    name: 'a run takes whichever epoch comes next',
    harm: 'Data behind a run goes under a number that says it is mixed, and each start costs a filler.',
    edits: [
      {
        file: 'src/data-plane/worker/guards.ts',
        search:
          'while (raised.producerId === held.producerId && isMixedEpoch(raised.producerEpoch) !== isMixed);',
        replace:
          'while (raised.producerId !== held.producerId && isMixedEpoch(raised.producerEpoch) !== isMixed);',
      },
    ],
    caughtBy: [
      {
        file: 'src/data-plane/worker/guards.test.ts',
        test: 'an epoch is raised to the next one that is mixed, or to the next one that is not',
      },
    ],
  },
  {
    name: 'what a shift says nothing new about is forgotten at once',
    harm: 'A late record of a worker that slept moves all that others have written behind it.',
    edits: [
      {
        file: 'src/ledger/shifts.ts',
        search: 'known.push({ firstTargetOffset, shift });',
        replace: 'if (known.at(-1)?.shift !== shift) known.push({ firstTargetOffset, shift });',
      },
    ],
    caughtBy: [
      {
        file: 'src/ledger/shifts.test.ts',
        test: 'a worker’s late record is ended by what another one recorded behind it',
      },
    ],
  },
  {
    name: 'fillers in front of records that the source has lost are taken for holes',
    harm: 'Records are lost, and neither the ledger nor anybody else knows which.',
    edits: [
      {
        file: `${mirror}/tail-check.ts`,
        search: 'gapMax > 0n && last !== undefined ?',
        replace: 'gapMax < 0n && last !== undefined ?',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'records behind a filler that may be lost with the source’s beginning are told',
      },
    ],
  },
  {
    name: 'a mixed epoch is known by the broker’s memory alone',
    harm: 'The broker forgets ids whose records are old: two workers write the same records.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const isMixed = isInMixed ||',
        replace: 'const isMixed = !isInMixed &&',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a mixed epoch is known by the last data, too, where the broker has forgotten the id',
      },
    ],
  },
  {
    name: 'a mixed epoch goes on by way of the coordinator',
    harm: 'Its late fillers land between records of the epoch, and nothing tells of them.',
    edits: [
      {
        file: `${mirror}/fill-soft.ts`,
        search: 'if (isDirect || !isMixedEpoch(producerEpoch)) return;',
        replace: 'if (isDirect || producerEpoch >= 0) return;',
      },
    ],
    caughtBy: [
      { file: fillTest, test: 'where the direct way is lost a mixed epoch neither begins nor goes on' },
    ],
  },
  {
    name: 'data from before a topic was compacted stands where the ledger says',
    harm: 'A filler too many that nobody lived to record stops the copy: it seems to hold other records.',
    edits: [
      {
        file: `${mirror}/survivors.ts`,
        search: 'withUntold(told, there.records, writer)',
        replace: 'told',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'a filler too many before data that became soft is found by what the cleaner has left',
      },
    ],
  },
  {
    name: 'an id that was forgotten goes on at the epoch that was recorded',
    harm: 'Sequences begin anew within an epoch, where they must tell distances: the copy stops for nothing.',
    edits: [
      {
        file: `${mirror}/data-id.ts`,
        search: 'inForce.producerId === guard.producerId ? guard : inForce',
        replace: 'inForce',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'an id that the broker has forgotten goes on at an epoch that no data has had',
      },
    ],
  },
  {
    name: 'sequences that begin anew are taken for a distance',
    harm: 'A copy whose id was forgotten seems to be billions of offsets ahead, and stops.',
    edits: [
      {
        file: `${mirror}/survivors.ts`,
        search: 'epochOf(a) === epochOf(b) && fillers >= 0n && fillers <= b.base - a.end',
        replace: 'epochOf(a) === epochOf(b)',
      },
    ],
    caughtBy: [{ file: startTest, test: 'sequences of one epoch that begin anew tell no distance' }],
  },
];
