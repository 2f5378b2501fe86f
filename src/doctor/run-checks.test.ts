// Order, deadlines and errors of checks, on a clock that tests move.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { manualClock } from '../../test/fixtures/manual-clock.ts';
import type { Check } from './check.ts';
import { ok, problem, type Said, warning } from './finding.ts';
import { runChecks } from './run-checks.ts';

const clock = manualClock();
const limits = { clock, waitMs: 5_000 };

function check(name: string, needs: readonly string[], run: () => Promise<readonly Said[]>): Check {
  return { name, where: 'here', needs, failsAs: 'problem', run };
}
const fine = () => Promise.resolve([ok('fine')]);
const broken = () => Promise.resolve([problem('broken', { code: 'CW-3002' })]);
const told = (findings: Awaited<ReturnType<typeof runChecks>>) =>
  findings.map(({ check: name, state, what }) => `${name} ${state}: ${what}`);

test('what needs a failed check is not run, also through others, and names the first cause', async () => {
  const found = await runChecks(
    [
      check('DNS', [], broken),
      check('TCP', ['DNS'], fine),
      check('TLS', ['TCP'], fine),
      check('clock', [], fine),
    ],
    limits,
  );
  assert.deepEqual(told(found), [
    'DNS problem: broken',
    'TCP not-run: DNS failed',
    'TLS not-run: DNS failed',
    'clock ok: fine',
  ]);
});

test('a warning keeps nothing from being run', async () => {
  const warned = () => Promise.resolve([warning('soon', { next: 'renew' })]);
  const found = await runChecks([check('TLS', [], warned), check('login', ['TLS'], fine)], limits);
  assert.deepEqual(told(found), ['TLS warning: soon', 'login ok: fine']);
});

test('an error of ours becomes a finding with its code and its way out', async () => {
  const refuse = () => Promise.reject(new CausewayError('CW-3012', 'refused'));
  const [found] = await runChecks([check('login', [], refuse)], limits);
  assert.equal(found?.state, 'problem');
  assert.equal(found?.code, 'CW-3012');
  assert.match(found?.next ?? '', /sasl.mechanism/);
});

test('an error where rights may be missing is unknown, and nothing else waits for it', async () => {
  const refuse = () => Promise.reject(new CausewayError('CW-3010', 'not permitted'));
  const quotas: Check = { ...check('quotas', [], refuse), failsAs: 'unknown' };
  const found = await runChecks([quotas, check('next', ['quotas'], fine)], limits);
  assert.deepEqual(told(found), ['quotas unknown: not permitted', 'next ok: fine']);
});

test('what hangs costs its own deadline, and what does not need it is done before', async () => {
  const order: string[] = [];
  const hang = () => new Promise<readonly Said[]>(() => undefined);
  const note = (name: string) => () => {
    order.push(name);
    return fine();
  };
  const running = runChecks(
    [check('TCP', [], hang), check('TLS', ['TCP'], note('TLS')), check('clock', [], note('clock'))],
    limits,
  );
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  assert.deepEqual(order, ['clock']);
  clock.advance(5_000);
  assert.deepEqual(told(await running), [
    'TCP problem: no answer within 5 s',
    'TLS not-run: TCP failed',
    'clock ok: fine',
  ]);
  assert.deepEqual(order, ['clock']);
});

test('a defect is not told as a finding', async () => {
  const fail = () => Promise.reject(new TypeError('undefined is not a function'));
  await assert.rejects(runChecks([check('TCP', [], fail)], limits), /check TCP of here: undefined is not/);
});
