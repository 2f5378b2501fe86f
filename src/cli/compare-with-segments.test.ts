// A comparison during which a mirror is shifted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identicalOffsets, type ShiftSegments } from '../base/shift-segments.ts';
import { Differences } from '../data-plane/verifier/differences.ts';
import type { PartitionName, VerifyOutcome } from '../data-plane/verifier/verify-topics.ts';
import type { SegmentsNow } from './access/ask-segments.ts';
import { compareWithSegments } from './compare-with-segments.ts';

const bounds = { start: 0n, stableEnd: 9n };

function outcomeOf(
  { topic, partition }: PartitionName,
  segments: ShiftSegments,
  differs: boolean,
): VerifyOutcome {
  const differences = new Differences();
  if (differs) differences.add({ kind: 'missing', from: 5n, to: 6n, detail: 'lost' });
  const comparison = { batches: 1n, records: 9n, bytes: 9n, recordsDecoded: 0n, lonely: 0n, differences };
  const verdict = {
    topic,
    partition,
    source: bounds,
    target: bounds,
    from: 0n,
    to: 9n,
    offsetsCompared: 9n,
    offsetsBefore: 0n,
    lagRecords: 0n,
    isShifted: segments.length > 0,
    segments,
    areKeysJudged: false,
    comparison,
  };
  return { kind: 'compared', verdict };
}

/** Partitions 0 to 2, of which 1 and 2 differ unless they are compared by `truth`. */
async function run(truth: readonly ShiftSegments[], told: readonly (readonly ShiftSegments[])[]) {
  const names = [0, 1, 2].map((partition) => ({ topic: 't', partition }));
  const compared: number[][] = [];
  let asks = 0;
  const { outcomes } = await compareWithSegments(
    names,
    () => {
      const now = told[asks] ?? assert.fail('asked too often');
      asks += 1;
      const segments: SegmentsNow = {
        of: ({ partition }) => now[partition] ?? [],
        firstOffsetOf: () => 0n,
        unknown: undefined,
      };
      return Promise.resolve(segments);
    },
    (some, { of }) => {
      compared.push(some.map(({ partition }) => partition));
      return Promise.resolve(
        some.map((name) => outcomeOf(name, of(name), of(name) !== truth[name.partition])),
      );
    },
  );
  const left = outcomes.flatMap((each) =>
    each.kind === 'compared' && each.verdict.comparison.differences.differing > 0n
      ? [each.verdict.partition]
      : [],
  );
  return { compared, left, asks, count: outcomes.length };
}

const shifted: ShiftSegments = [{ firstTargetOffset: 5n, shift: 1n }];
const other: ShiftSegments = [{ firstTargetOffset: 5n, shift: 2n }];
const none = identicalOffsets;

test('where nothing differs the ledger is asked once', async () => {
  const told = [[none, shifted, none]];
  assert.deepEqual(await run([none, shifted, none], told), {
    compared: [[0, 1, 2]],
    left: [],
    asks: 1,
    count: 3,
  });
});

test('what was shifted meanwhile is compared again, and nothing else', async () => {
  const told = [
    [none, none, none],
    [none, shifted, none],
  ];
  assert.deepEqual(await run([none, shifted, other], told), {
    compared: [[0, 1, 2], [1]],
    left: [2],
    asks: 2,
    count: 3,
  });
});
