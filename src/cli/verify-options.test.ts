// `--sample`, `--seed` and `--since` as they are typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { manualClock } from '../../test/fixtures/manual-clock.ts';
import type { OptionValues } from './invocation.ts';
import { verifyScope } from './verify-options.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const clock = { ...manualClock(), wallMs: () => nowMs };
const scope = (options: OptionValues) => verifyScope(options, clock, seededRandom(7));
const refusal = (options: OptionValues): string => {
  try {
    scope(options);
  } catch (error) {
    assert.ok(error instanceof CausewayError);
    assert.equal(error.code, 'CW-6008');
    return error.message;
  }
  throw new Error('it was taken');
};

test('nothing given: everything', () => {
  assert.deepEqual(scope({}), { sample: undefined, sinceMs: undefined });
});

test('a sample is a share or a number of offsets, with a seed that is given or drawn', () => {
  assert.deepEqual(scope({ sample: '1%', seed: '42' }).sample, { amount: { share: 0.01 }, seed: 42 });
  assert.deepEqual(scope({ sample: '0.5%', seed: '0' }).sample, { amount: { share: 0.005 }, seed: 0 });
  assert.deepEqual(scope({ sample: '100%', seed: '1' }).sample?.amount, { share: 1 });
  assert.deepEqual(scope({ sample: '10000', seed: '1' }).sample?.amount, { offsets: 10_000 });
  const drawn = scope({ sample: '1%' }).sample?.seed ?? -1;
  assert.ok(Number.isInteger(drawn) && drawn >= 0 && drawn < 2 ** 32);
  assert.equal(scope({ sample: '1%' }).sample?.seed, drawn, 'the randomness is the one given');
});

test('what is no sample is refused with what is wanted', () => {
  for (const sample of ['0%', '101%', '0', '1.5', '-3', 'all', '']) {
    assert.match(refusal({ sample }), /^--sample ".*" is not a share like 1%, or a number of offsets/);
  }
  assert.match(
    refusal({ sample: '1%', seed: '4294967296' }),
    /--seed "4294967296" is not .* below 4294967296/,
  );
  assert.match(refusal({ sample: '1%', seed: 'x' }), /--seed "x" is not a whole number/);
  assert.match(refusal({ seed: '3' }), /give --sample with it/);
});

test('since: how long ago, or a moment with its zone; a day is that of UTC', () => {
  const at = (since: string) => new Date(scope({ since }).sinceMs ?? -1).toISOString();
  assert.equal(at('2h'), '2026-03-01T10:00:00.000Z');
  assert.equal(at('1d'), '2026-02-28T12:00:00.000Z');
  assert.equal(at('2026-02-27'), '2026-02-27T00:00:00.000Z');
  assert.equal(at('2026-02-27T10:30Z'), '2026-02-27T10:30:00.000Z');
  assert.equal(at('2026-02-27T10:30:15.5+02:00'), '2026-02-27T08:30:15.500Z');
  assert.equal(at('99999d'), '1970-01-01T00:00:00.000Z');
  for (const since of ['yesterday', '2026-02-27T10:30', '2026-13-01', '12', '']) {
    assert.match(refusal({ since }), /^--since ".*" is not a duration like 2h, or a moment like/);
  }
});
