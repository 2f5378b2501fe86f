// Bugs in soft partitions: what two workers that see other holes do to each other.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const fillTest = `${mirror}/fill-soft.test.ts`;
const startTest = `${mirror}/soft-start.test.ts`;
const pausedTest = 'test/simulation/paused-compacted.test.ts';

export const bugsInSoft: readonly PlantedBug[] = [
  {
    name: 'a run of a soft partition goes on at the epoch that was held',
    harm: 'A worker that still sees records where its successor sees holes writes them behind the fillers.',
    edits: [
      {
        file: `${mirror}/fill-soft.ts`,
        search: 'const raised = await site.raiseGuard(held);',
        replace: 'const raised = held;',
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
        file: `${mirror}/survivors.ts`,
        search: 'if (isDeepStrictEqual({ ...mine, offset }, original)) continue;',
        replace: 'if (common > 0) continue;',
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
        search: 'index === 0 || states.has(producerId) || isClosed(dataIds[index - 1] as ProducerEpoch),',
        replace: 'index >= 0 || states.has(producerId) || isClosed(dataIds[index - 1] as ProducerEpoch),',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'of several ids the newest one counts whose predecessor is closed in the partition',
      },
    ],
  },
];
