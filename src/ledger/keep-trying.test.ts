// Tries and delays on virtual time: what is tried again, what is not, and that it ends in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { Scheduler } from '../../test/simulation/scheduler.ts';
import { keepTrying, type Persistence } from './keep-trying.ts';

const passing = () => new CausewayError('CW-3003', 'connection lost');
const giveUpMs = 10_000;

function setUp(extra: Partial<Persistence> = {}) {
  const scheduler = new Scheduler();
  const clock = scheduler.clockOf('test');
  const triedAtMs: number[] = [];
  const persistence: Persistence = { clock, random: seededRandom(1), giveUpMs, ...extra };
  const run = <T>(attempt: (tries: number, over: AbortSignal) => Promise<T>): Promise<T> =>
    keepTrying(
      persistence,
      (over) => {
        triedAtMs.push(scheduler.nowMs);
        return attempt(triedAtMs.length, over);
      },
      (last, tries) => new CausewayError('CW-4002', `${tries} tries: ${last.message}`, {}, last),
    );
  return { scheduler, triedAtMs, run };
}

test('what passes is tried again until it succeeds, with growing delays', async () => {
  const { scheduler, triedAtMs, run } = setUp();
  const done = run((tries) => (tries < 6 ? Promise.reject(passing()) : Promise.resolve('read')));
  await scheduler.runUntil(giveUpMs);
  assert.equal(await done, 'read');
  assert.equal(triedAtMs.length, 6);
  const delaysMs = triedAtMs.slice(1).map((atMs, index) => atMs - (triedAtMs[index] as number));
  for (const [index, delayMs] of delaysMs.entries()) {
    const wholeMs = 50 * 2 ** index;
    assert.ok(delayMs >= wholeMs / 2 && delayMs <= wholeMs, `delay ${index}: ${delayMs} ms`);
  }
  assert.deepEqual(scheduler.pending, [], 'no timer is left');
});

test('what does not pass by waiting goes up at once', async () => {
  for (const code of ['CW-4001', 'CW-4004', 'CW-4006', 'CW-4009'] as const) {
    const { scheduler, triedAtMs, run } = setUp();
    const error = new CausewayError(code, 'lasting');
    await assert.rejects(
      run(() => Promise.reject(error)),
      error,
    );
    assert.equal(triedAtMs.length, 1);
    assert.deepEqual(scheduler.pending, []);
  }
});

test('a defect goes up at once', async () => {
  const { triedAtMs, run } = setUp();
  await assert.rejects(
    run(() => Promise.reject(new TypeError('x is not a function'))),
    TypeError,
  );
  assert.equal(triedAtMs.length, 1);
});

test('it gives up in time, and says how often it tried and what was last', async () => {
  const { scheduler, triedAtMs, run } = setUp();
  const done = assert.rejects(
    run((tries) => Promise.reject(new CausewayError('CW-3002', `failure ${tries}`))),
    (error) => {
      assert.ok(error instanceof CausewayError);
      assert.equal(error.code, 'CW-4002');
      assert.equal(error.message, `${triedAtMs.length} tries: failure ${triedAtMs.length}`);
      return true;
    },
  );
  await scheduler.runUntil(giveUpMs);
  await done;
  assert.ok(triedAtMs.length > 5 && (triedAtMs.at(-1) as number) <= giveUpMs);
});

test('a try that never ends does not hold it up', async () => {
  const { scheduler, triedAtMs, run } = setUp();
  const done = assert.rejects(
    run((tries) => (tries === 1 ? Promise.reject(passing()) : new Promise<never>(() => undefined))),
    (error) => error instanceof CausewayError && error.message === '2 tries: connection lost',
  );
  await scheduler.runUntil(giveUpMs - 1);
  assert.equal(scheduler.pending.length, 1, 'it still waits');
  await scheduler.runUntil(giveUpMs);
  await done;
  assert.equal(triedAtMs.length, 2);
});

test('the first try that never ends is told as such', async () => {
  const { scheduler, run } = setUp();
  const done = assert.rejects(
    run(() => new Promise<never>(() => undefined)),
    (error) =>
      error instanceof CausewayError && error.message === '1 tries: nothing was answered within 10000 ms',
  );
  await scheduler.runUntil(giveUpMs);
  await done;
});

test('an abort ends it at once: before, during a try, and between two tries', async () => {
  const reason = new Error('not wanted any more');
  await assert.rejects(
    setUp({ signal: AbortSignal.abort(reason) }).run(() => Promise.resolve('read')),
    reason,
  );
  for (const attempt of [() => new Promise<never>(() => undefined), () => Promise.reject(passing())]) {
    const controller = new AbortController();
    const { scheduler, triedAtMs, run } = setUp({ signal: controller.signal });
    const done = assert.rejects(run(attempt), reason);
    await scheduler.runUntil(10);
    controller.abort(reason);
    await done;
    assert.equal(triedAtMs.length, 1);
    assert.deepEqual(scheduler.pending, [], 'no timer is left');
  }
});

test('a try learns that it is over', async () => {
  const { scheduler, run } = setUp();
  const seen: AbortSignal[] = [];
  const done = assert.rejects(
    run((_tries, over) => {
      seen.push(over);
      return new Promise<never>(() => undefined);
    }),
    CausewayError,
  );
  await scheduler.runUntil(giveUpMs - 1);
  assert.equal(seen[0]?.aborted, false);
  await scheduler.runUntil(giveUpMs);
  await done;
  assert.equal(seen[0]?.aborted, true);
});
