// Remedies of the design's traps taken out, where no other list has them.
import type { PlantedBug } from './planted-bug.ts';

const mirror = 'src/data-plane/mirror';
const worker = 'src/data-plane/worker';
const holeTraps = 'test/simulation/hole-traps.test.ts';

export const bugsInTraps: readonly PlantedBug[] = [
  {
    name: 'an ended transaction is taken for a filler',
    harm: 'Records go where a hole belongs, when the coordinator ends a transaction and writes nothing.',
    edits: [
      {
        file: `${mirror}/fill.ts`,
        search: ': await committedEnd(site, fill.at + (isDirect ? meant : 1n));',
        replace: ': fill.at + meant;',
      },
      {
        file: `${worker}/coordinated-fills.ts`,
        search: 'await this.#until(target, hasMoved, `no filler has landed at ${at}`);',
        replace: 'void hasMoved;',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/guard-traps.test.ts',
        test: 'marker-never: a transaction ends while there is no leader, at each step of a run',
      },
    ],
  },
  {
    name: 'a topic that was made anew is taken for the one that was mirrored',
    harm: 'A copy goes on in a topic that does not hold what was written, and lacks what is behind it.',
    edits: [
      {
        file: `${worker}/engine.ts`,
        search: 'if (expectedId === undefined || expectedId === end.topicId) return;',
        replace: 'if (expectedId === undefined || expectedId !== undefined) return;',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/traps.test.ts',
        test: 'recreated-target: a topic that was made anew is not written',
      },
    ],
  },
  {
    name: 'data goes under the generation’s id where holes are soft',
    harm: 'A worker that fetched before the cleaner came writes its records behind its successor’s fillers.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: 'const soft = site.soft !== undefined ? await',
        replace: 'const soft = site.soft === undefined ? await',
      },
    ],
    caughtBy: [
      {
        file: `${mirror}/soft-start.test.ts`,
        test: 'data goes on under the epoch and sequence that the partition has, not the guard’s',
      },
      {
        file: 'test/simulation/paused-compacted.test.ts',
        test:
          'soft-hole: it has seen records that its successor does not see; it stands still; ' +
          'holes are filled directly',
      },
    ],
  },
  {
    name: 'fillers go out with a coordinator’s epoch of our own',
    harm: 'Once a coordinator has moved, the leader refuses what is filled directly.',
    edits: [
      {
        file: `${worker}/filler.ts`,
        search: 'const coordinatorEpoch = Math.max(0, known?.coordinatorEpoch ?? 0);',
        replace: 'const coordinatorEpoch = Math.min(0, known?.coordinatorEpoch ?? 0);',
      },
    ],
    caughtBy: [
      {
        file: holeTraps,
        test: 'coordinator-epoch: a coordinator that has moved filled last, the next go directly',
      },
    ],
  },
  {
    name: 'holes at the end are left',
    harm: 'A source that is drained is never copied to its end, and a switchover waits for ever.',
    edits: [
      {
        file: `${mirror}/write-window.ts`,
        search: 'if (holes === undefined || this.#inFlight > 0) return undefined;',
        replace:
          'if (holes === undefined || this.#inFlight > 0 || holes.to >= this.#stableEnd) return undefined;',
      },
    ],
    caughtBy: [
      {
        file: holeTraps,
        test: 'trailing-holes: a source that ends with nothing but holes is copied to its end, directly',
      },
    ],
  },
  {
    name: 'a slow partition keeps its place in the queue',
    harm: 'One follower that stands still holds up every partition of its leader.',
    edits: [
      {
        file: `${worker}/target-lane.ts`,
        search: 'if (waiting !== undefined) this.#leave(waiting.partition);',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: holeTraps,
        test: 'queue-neighbour: a partition whose follower stands still does not hold up its neighbour',
      },
    ],
  },
  {
    name: 'the position is read from the high watermark, whatever the sequence',
    harm: 'An append that is not visible yet is written twice.',
    edits: [
      {
        file: `${mirror}/start-procedure.ts`,
        search: "const position = asTarget(await readOffset(target, 'end'));",
        replace: "const position = asTarget(await readOffset(target, 'highWatermark'));",
      },
      {
        file: `${mirror}/start-procedure.ts`,
        search: '  refuseOtherBytes(target, position, lastSequence, tail);\n',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/traps.test.ts',
        test: 'visible-end: an append that is not yet visible is not written again',
      },
    ],
  },
  {
    name: 'data that a late filler moved is not looked for',
    harm: 'The copy stops as if somebody else had written, or goes on at a place that is not its own.',
    edits: [
      {
        file: `${mirror}/tail-check.ts`,
        search: 'const found = isGone ? undefined : await findShiftedData(source, target, last, segments);',
        replace:
          'type Found = Awaited<ReturnType<typeof findShiftedData>>;\n' +
          "  const found = isGone ? undefined : ({ is: 'unknown' } as Found);",
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/hole-traps.test.ts',
        test: 'marker-again: a marker comes twice, behind the next data: a shift until the next holes',
      },
    ],
  },
  {
    name: 'a check whose ledger is older finds nothing to compare, and is content',
    harm: 'A copy that began at the end of its source is never verified.',
    edits: [
      {
        file: 'src/data-plane/verifier/check-task.ts',
        search: "this.#isStuck = duty === 'new' && piece.to === piece.from;",
        replace: 'this.#isStuck = false;',
      },
    ],
    caughtBy: [
      {
        file: 'src/data-plane/verifier/continuous-check.test.ts',
        test: 'a copy whose shift was recorded after the ledger was read is compared',
      },
    ],
  },
  {
    name: 'a retry takes a minute and a half',
    harm: 'What is mended stands still all the same.',
    edits: [
      {
        file: `${mirror}/retry-delays.ts`,
        search: 'this.#backoff.nextDelayMs(),',
        replace: '90_000,',
      },
    ],
    caughtBy: [
      {
        file: 'test/simulation/mended.test.ts',
        test: 'the target is back: the copy goes on within 15 s, however long it was broken',
      },
    ],
  },
];
