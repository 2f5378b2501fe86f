// Generations that are acted on are all of them: not a log without its beginning, not one with newer records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import type { LedgerSnapshot, LeftAlone } from './changes.ts';
import type { GenerationOpened } from './records.ts';
import { mustBeWhole } from './whole-generations.ts';

const opened: GenerationOpened = {
  kind: 'opened',
  set: 's',
  generation: 1,
  producerId: 7n,
  producerEpoch: 0,
  startOffsets: [],
  openedAtMs: 1,
};
const snapshotWith = (
  leftAlone: readonly LeftAlone[],
  startOffset = 0n,
): LedgerSnapshot<'causeway.generations'> => {
  const entries = [{ is: 'record', key: 's/1', offset: 0n, record: opened } as const];
  return { topic: 'causeway.generations', entries, leftAlone, startOffset, endOffset: 3n };
};
const newer = { is: 'newer', key: 's/1', offset: 1n, why: 'record 1 is newer' } as const;
const malformed = { is: 'malformed', key: 'x', offset: 1n, why: 'record 1 is left alone' } as const;

const isError = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof CausewayError && error.code === code && text.test(error.message);

test('a whole log gives its records', () => {
  assert.deepEqual(mustBeWhole(snapshotWith([]), 'eu'), [opened]);
});

test('a log that has lost its beginning is refused', () => {
  assert.throws(
    () => mustBeWhole(snapshotWith([], 1n), 'eu'),
    isError('CW-4006', /^eu: .* at offset 1, not at 0$/),
  );
});

test('a record of a newer program is refused: it could end the generation that seems to be live', () => {
  assert.throws(
    () => mustBeWhole(snapshotWith([malformed, newer]), 'eu'),
    isError('CW-4008', /record 1 is newer/),
  );
});

test('what somebody else wrote there is left alone', () => {
  assert.deepEqual(mustBeWhole(snapshotWith([malformed]), 'eu'), [opened]);
});
