// Bugs in what is done with offsets that carry no committed record.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const fillTest = `${mirror}/fill.test.ts`;
const startTest = `${mirror}/start-procedure.test.ts`;
const partitionTest = `${mirror}/mirror-partition.test.ts`;
const intakeTest = `${mirror}/intake.test.ts`;

export const bugsInFilling: readonly PlantedBug[] = [
  {
    name: 'aborted records are mirrored',
    harm: 'Consumers of the copy see what the application took back.',
    edits: [
      {
        file: `${mirror}/intake.ts`,
        search: 'return this.#aborted.isVisible(this.#records, start);',
        replace: 'return !isControl(attributes);',
      },
    ],
    caughtBy: [
      { file: intakeTest, test: 'records of aborted transactions are holes, those between them are not' },
    ],
  },
  {
    name: 'an early answer’s repeated markers are passed over unseen',
    harm: 'A producer’s next records are taken for those of the transaction that it aborted.',
    edits: [
      {
        file: `${mirror}/intake.ts`,
        search: 'this.#isVisible(start, attributesOf(records, start));',
        replace: '',
      },
    ],
    caughtBy: [
      { file: intakeTest, test: 'what an early answer repeats still ends the transactions that it names' },
    ],
  },
  {
    name: 'holes that another worker has filled meanwhile are filled again',
    harm: 'A worker that stood still and wakes writes a filler for which the source has no hole.',
    edits: [
      {
        file: `${mirror}/fill.ts`,
        search: 'if (end < runEnd) return guard;',
        replace: 'if (end < runEnd || runEnd > 0n) return guard;',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/paused-in-holes.test.ts',
        test: 'a worker that wakes when another has filled its holes leaves the mirror identical',
      },
      {
        file: 'test/simulation/guard-traps.test.ts',
        test: 'open-guard: a worker dies at each step of a run, and its heir begins at once',
      },
    ],
  },
  {
    name: 'holes are filled while data is in flight',
    harm: 'A filler lands where a record belongs, if the data before it is refused.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'if (holes === undefined || this.#inFlight > 0) return undefined;',
        replace: 'if (holes === undefined) return undefined;',
      },
      {
        file: `${mirror}/write-window.ts`,
        search: "invariant(this.#inFlight === 0, 'holes are filled while something is in flight');",
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: partitionTest,
        test: 'holes wait until nothing is in flight, and data waits until they are filled',
      },
    ],
  },
  {
    name: 'the first fillers under a new guard go in bulk',
    harm: 'Fillers that a predecessor still had under way land among them, many too many.',
    edits: [
      {
        file: `${mirror}/fill.ts`,
        search: 'const meant = held.isProven ? min(count, fillersMax) : 1n;',
        replace: 'const meant = min(count, fillersMax);',
      },
    ],
    caughtBy: [
      { file: fillTest, test: 'the first filler under a new guard goes alone, and the log end is looked at' },
    ],
  },
  {
    name: 'more fillers than holes are taken for data of ours',
    harm: 'The records behind them are skipped.',
    edits: [
      {
        file: `${mirror}/tail-check.ts`,
        search: 'const seen = { shift: position - behind.until, sourceEpoch: behind.leaderEpoch };',
        replace: 'const seen = { shift, sourceEpoch: behind.leaderEpoch };',
      },
    ],
    caughtBy: [
      {
        file: startTest,
        test: 'more fillers than holes: the target is that much ahead, and the ledger has it first',
      },
      {
        file: 'test/simulation/hole-traps.test.ts',
        test: 'extra-then-crash: fillers too many at the end, and nobody is left who knows of them',
      },
    ],
  },
  {
    name: 'what may be filled is counted for ever',
    harm: 'A mirror of transactions stops after some months, although nothing is wrong.',
    edits: [
      {
        file: `${mirror}/mirror-partition.ts`,
        search: 'if (position - shift === this.view.highWatermark) this.#tally.level();',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/fill-budget.test.ts',
        test: 'what was filled before the copy was level does not count',
      },
    ],
  },
  {
    name: 'a shift is made without the ledger',
    harm: 'Offsets of consumers are translated to other records than they have read.',
    edits: [
      {
        file: `${mirror}/fill.ts`,
        search: "await site.record({ kind: 'shifted', firstTargetOffset: at, shift: left });",
        replace: '',
      },
    ],
    caughtBy: [
      { file: fillTest, test: 'a target that is ahead gives back at the next holes, without a filler' },
    ],
  },
];
