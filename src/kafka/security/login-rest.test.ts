// How soon after a refused login the next one may be tried.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { CausewayError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { LoginRest } from './login-rest.ts';

const wrongPassword = new CausewayError('CW-3012', 'the login by PLAIN was refused: wrong');

function newRest() {
  const clock = manualClock();
  const rest = new LoginRest(clock, seededRandom(1));
  const mayLogIn = () => {
    try {
      rest.check();
      return true;
    } catch {
      return false;
    }
  };
  /** Milliseconds until the next login. */
  const restMs = () => {
    let ms = 0;
    for (; !mayLogIn(); ms += 100) clock.advance(100);
    return ms;
  };
  return { clock, rest, mayLogIn, restMs };
}

test('nothing waits before a login was refused', () => {
  newRest().rest.check();
});

test('the next login waits, and what would need it is told why and until when', () => {
  const { clock, rest } = newRest();
  rest.note(wrongPassword);
  assert.throws(() => rest.check(), {
    code: 'CW-3012',
    message: /^the login by PLAIN was refused: wrong \(next login after 00:16:40 UTC\)$/,
  });
  clock.advance(1_000);
  rest.check();
});

test('repeated refusals are waited for longer, up to a minute', () => {
  const { rest, restMs } = newRest();
  const waits: number[] = [];
  for (let refusals = 0; refusals < 12; refusals += 1) {
    rest.note(wrongPassword);
    waits.push(restMs());
  }
  assert.ok((waits[0] as number) <= 1_000, `${waits[0]} ms`);
  for (const last of waits.slice(-4)) assert.ok(last >= 30_000 && last <= 60_100, `${last} ms`);
});

test('connections that were refused together count as one', () => {
  const { rest, restMs } = newRest();
  for (let connection = 0; connection < 20; connection += 1) rest.note(wrongPassword);
  assert.ok(restMs() <= 1_000);
});

for (const [end, over] of [
  ['a login that is taken', ({ rest }: ReturnType<typeof newRest>) => rest.note(undefined)],
  ['a minute without one', ({ clock }: ReturnType<typeof newRest>) => clock.advance(60_100)],
] as const) {
  test(`${end} makes the next refusal a first one again`, () => {
    const parts = newRest();
    for (let refusals = 0; refusals < 12; refusals += 1) {
      parts.rest.note(wrongPassword);
      parts.restMs();
    }
    over(parts);
    assert.ok(parts.mayLogIn());
    parts.rest.note(wrongPassword);
    assert.ok(parts.restMs() <= 1_000);
  });
}
