// When a process is ready, and what it says when it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import type { Reconciler } from '../control-plane/reconciler/reconciler.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import { controllerChecks, workerChecks } from './health.ts';

const failing = (checks: readonly { ok: boolean; message: string }[]) =>
  checks.filter(({ ok }) => !ok).map(({ message }) => message);

test('a worker is ready once the ledger has told what to mirror and takes its reports', () => {
  assert.deepEqual(failing(workerChecks({ ready: true, ledgerTrouble: undefined } as Worker)), []);
  const silent = { ready: false, ledgerTrouble: 'CW-4003 not acknowledged' } as Worker;
  assert.deepEqual(failing(workerChecks(silent)), [
    'the ledger has not told yet what is to be mirrored',
    'CW-4003 not acknowledged',
  ]);
});

test('a worker is ready once it has a share, or runs everything alone', () => {
  const checks = (group: { state: string; trouble: string | undefined }) =>
    failing(workerChecks({ ready: true, ledgerTrouble: undefined, group } as Worker));
  assert.deepEqual(checks({ state: 'member', trouble: undefined }), []);
  assert.deepEqual(checks({ state: 'alone', trouble: 'CW-3016 not permitted' }), []);
  assert.deepEqual(checks({ state: 'looking', trouble: undefined }), [
    'looking for the group causeway.workers',
  ]);
  assert.deepEqual(checks({ state: 'looking', trouble: 'CW-3015 loading' }), ['CW-3015 loading']);
});

test('a controller is ready while its rounds go through', () => {
  const checksAt = (reconciler: Pick<Reconciler, 'lastRoundMs' | 'trouble'>) =>
    failing(controllerChecks(reconciler as Reconciler, 100_000));
  assert.deepEqual(checksAt({ lastRoundMs: 95_000, trouble: undefined }), []);
  assert.deepEqual(checksAt({ lastRoundMs: undefined, trouble: undefined }), [
    'no round has gone through yet',
  ]);
  const trouble = new CausewayError('CW-4002', 'eu: the ledger cannot be read');
  assert.deepEqual(checksAt({ lastRoundMs: 90_000, trouble }), [], 'one failed round is not the end');
  assert.deepEqual(checksAt({ lastRoundMs: 10_000, trouble }), [
    'last round 90 s ago; eu: the ledger cannot be read',
  ]);
});
