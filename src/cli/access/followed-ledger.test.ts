// A followed ledger reads anew only while following has not come to the end of the log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { type LedgerSnapshot, LedgerTable } from '../../ledger/changes.ts';
import type { LedgerListener } from '../../ledger/follower.ts';
import { pauseKey } from '../../ledger/record-key.ts';
import type { DesiredPause } from '../../ledger/records.ts';
import { desiredTopic, type LedgerTopic } from '../../ledger/topic-names.ts';
import { type Followable, FollowedLedger } from './followed-ledger.ts';

const pause = (topic: string, offset: bigint) => {
  const record: DesiredPause = { kind: 'pause', set: 's', topic, pausedAtMs: 1, actor: 'ada', reason: '' };
  return { is: 'record', key: pauseKey('s', topic), offset, record } as const;
};

/** Snapshots hold one pause, `anew`, so that it is seen where an answer comes from. */
function rig() {
  const listeners: LedgerListener<typeof desiredTopic>[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const anew = new LedgerTable(desiredTopic);
  anew.apply(pause('anew', 0n));
  const reader: Followable = {
    snapshot: <T extends LedgerTopic>() =>
      Promise.resolve(anew.snapshot(0n, 1n) as unknown as LedgerSnapshot<T>),
    follow<T extends LedgerTopic>(_topic: T, listener: LedgerListener<T>, signal: AbortSignal) {
      listeners.push(listener as unknown as LedgerListener<typeof desiredTopic>);
      return new Promise<void>((resolve, reject) => {
        fail = reject;
        signal.addEventListener('abort', () => resolve());
      });
    },
  };
  const ledger = new FollowedLedger(reader);
  const look = async () => (await ledger.snapshot(desiredTopic)).entries.map(({ key }) => key);
  const listener = () => {
    assert.equal(listeners.length, 1, 'the topic is followed once');
    return listeners[0] as LedgerListener<typeof desiredTopic>;
  };
  return { ledger, look, listener, fail: (error: unknown) => fail(error) };
}

test('the first look reads anew, later ones show what following has told', async () => {
  const { look, listener, ledger } = rig();
  assert.deepEqual(await look(), ['pause/s/anew']);
  listener().onChange(pause('a', 0n));
  assert.deepEqual(await look(), ['pause/s/anew'], 'the end has not been seen');
  listener().onCaughtUp?.(1n);
  assert.deepEqual(await look(), ['pause/s/a']);
  listener().onChange(pause('b', 1n));
  listener().onChange({ is: 'tombstone', key: pauseKey('s', 'a'), offset: 2n });
  assert.deepEqual(await look(), ['pause/s/b']);
  await ledger.close();
});

test('in trouble it is read anew, which tries again or tells the trouble', async () => {
  const { look, listener, ledger } = rig();
  await look();
  listener().onChange(pause('a', 0n));
  listener().onCaughtUp?.(1n);
  listener().onTrouble?.(new CausewayError('CW-4002', 'no leader'));
  assert.deepEqual(await look(), ['pause/s/anew']);
  listener().onCaughtUp?.(1n);
  assert.deepEqual(await look(), ['pause/s/a'], 'what was told before the trouble still counts');
  await ledger.close();
});

test('a log that was replaced is forgotten', async () => {
  const { look, listener, ledger } = rig();
  await look();
  listener().onChange(pause('a', 0n));
  listener().onCaughtUp?.(1n);
  listener().onReset?.();
  assert.deepEqual(await look(), ['pause/s/anew']);
  listener().onChange(pause('b', 0n));
  listener().onCaughtUp?.(1n);
  assert.deepEqual(await look(), ['pause/s/b']);
  await ledger.close();
});

test('a defect in following is told to whoever looks', async () => {
  const { look, fail, ledger } = rig();
  await look();
  const defect = new TypeError('x is not a function');
  fail(defect);
  await ledger.close();
  await assert.rejects(look(), defect);
});
