// What becomes of a connection for early fetches that its broker ends, and of one that fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { causeOf } from '../mirror/stop-cause.ts';
import { EarlyConnection } from './early-connection.ts';

type Opened = { -readonly [key in 'closed']: BrokerConnection[key] } & Pick<BrokerConnection, 'destroy'>;

function rig() {
  const clock = manualClock();
  const opened: Opened[] = [];
  const defects: string[] = [];
  const state = { error: undefined as Error | undefined };
  const connect = () => {
    const made: Opened = {
      closed: false,
      destroy: () => {
        made.closed = true;
      },
    };
    opened.push(made);
    return state.error === undefined
      ? Promise.resolve(made as BrokerConnection)
      : Promise.reject(state.error);
  };
  const early = new EarlyConnection(connect, clock, ({ code }) => defects.push(code));
  /** The first turn only opens it. */
  const take = async () => {
    early.take();
    await turn();
    return early.take();
  };
  return { clock, early, opened, defects, state, take };
}

const lost = new CausewayError('CW-3003', 'the connection is lost');

test('a connection that the broker has ended is forgotten, and another one opened', async () => {
  const { opened, take, defects } = rig();
  const first = await take();
  assert.ok(first !== undefined && opened.length === 1);
  (opened[0] as Opened).closed = true;
  const second = await take();
  assert.ok(second !== undefined && second !== first && !second.closed);
  assert.deepEqual(defects, []);
});

test('a fetch that fails costs its connection only, and another one is opened a second later', async () => {
  const { clock, early, opened, take, defects } = rig();
  const first = await take();
  early.carry(Promise.reject(lost));
  await turn();
  assert.deepEqual([first?.closed, await take(), opened.length], [true, undefined, 1]);
  clock.advance(1_000);
  assert.notEqual(await take(), undefined);
  assert.deepEqual([opened.length, defects], [2, []]);
});

test('a broker that cannot be reached is tried once in a second', async () => {
  const { clock, opened, state, take, defects } = rig();
  state.error = lost;
  for (let tries = 0; tries < 20; tries += 1) {
    assert.equal(await take(), undefined);
    clock.advance(100);
  }
  assert.deepEqual([opened.length, defects], [2, []]);
});

test('a fetch that fails late does not cost the connection that was opened since', async () => {
  const { early, opened, take } = rig();
  await take();
  const late = Promise.withResolvers<void>();
  early.carry(late.promise);
  (opened[0] as Opened).closed = true;
  const second = await take();
  late.reject(lost);
  await turn();
  assert.equal(early.take(), second);
  assert.equal(second?.closed, false);
});

test('a defect is told', async () => {
  const { early, take, defects } = rig();
  await take();
  early.carry(Promise.reject(new TypeError('a defect')));
  await turn();
  assert.deepEqual(defects, ['CW-2026']);
});

test('one that is opened when all is over is ended at once', async () => {
  const { early, opened } = rig();
  early.take();
  early.end(causeOf('CW-2021', 'over'));
  await turn();
  assert.equal(opened[0]?.closed, true);
});
