// A followed ledger waits for the end once, then shows what came since, and says when it cannot be read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import type { LedgerListener } from '../../ledger/follower.ts';
import { pauseKey } from '../../ledger/record-key.ts';
import type { DesiredPause } from '../../ledger/records.ts';
import { desiredTopic, type LedgerTopic } from '../../ledger/topic-names.ts';
import { type Followable, FollowedLedger } from './followed-ledger.ts';

function rig() {
  const listeners: LedgerListener<typeof desiredTopic>[] = [];
  let fail: (error: unknown) => void = () => undefined;
  const reader: Followable = {
    follow<T extends LedgerTopic>(_topic: T, listener: LedgerListener<T>, signal: AbortSignal) {
      listeners.push(listener as unknown as LedgerListener<typeof desiredTopic>);
      return new Promise<void>((resolve, reject) => {
        fail = reject;
        signal.addEventListener('abort', () => resolve());
      });
    },
  };
  const ledger = new FollowedLedger(reader);
  const look = () => ledger.snapshot(desiredTopic);
  const listener = () => {
    assert.equal(listeners.length, 1, 'the topic is followed once');
    return listeners[0] as LedgerListener<typeof desiredTopic>;
  };
  return { ledger, look, listener, fail: (error: unknown) => fail(error) };
}

const pause = (topic: string, offset: bigint) => {
  const record: DesiredPause = { kind: 'pause', set: 's', topic, pausedAtMs: 1, actor: 'ada', reason: '' };
  return { is: 'record', key: pauseKey('s', topic), offset, record } as const;
};
const keys = async (look: ReturnType<ReturnType<typeof rig>['look']>) =>
  (await look).entries.map(({ key }) => key);

test('the first look waits for the end of the log, later ones show what has come', async () => {
  const { look, listener, ledger } = rig();
  const first = keys(look());
  listener().onChange(pause('a', 0n));
  listener().onCaughtUp?.(1n);
  assert.deepEqual(await first, ['pause/s/a']);
  listener().onChange(pause('b', 1n));
  listener().onChange({ is: 'tombstone', key: pauseKey('s', 'a'), offset: 2n });
  assert.deepEqual(await keys(look()), ['pause/s/b']);
  await ledger.close();
});

test('trouble is told until the log is read again', async () => {
  const { look, listener, ledger } = rig();
  const first = look();
  listener().onTrouble?.(new CausewayError('CW-4002', 'no leader'));
  await assert.rejects(first, { code: 'CW-4002' });
  await assert.rejects(look(), { code: 'CW-4002' });
  listener().onCaughtUp?.(0n);
  assert.deepEqual(await keys(look()), []);
  await ledger.close();
});

test('a log that was replaced is forgotten, and waited for anew', async () => {
  const { look, listener, ledger } = rig();
  const first = look();
  listener().onChange(pause('a', 0n));
  listener().onCaughtUp?.(1n);
  await first;
  listener().onReset?.();
  const second = keys(look());
  listener().onChange(pause('b', 0n));
  listener().onCaughtUp?.(1n);
  assert.deepEqual(await second, ['pause/s/b']);
  await ledger.close();
});

test('a defect in following is told to whoever looks', async () => {
  const { look, fail, ledger } = rig();
  const first = look();
  const defect = new TypeError('x is not a function');
  fail(defect);
  await assert.rejects(first, defect);
  await ledger.close();
});
