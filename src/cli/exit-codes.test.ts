// Which error leads to which exit code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errorCatalog } from '../base/error-catalog.ts';
import { CausewayError, InvariantError } from '../base/errors.ts';
import { exitCode, exitCodeMeaning, exitCodeOf } from './exit-codes.ts';

test('every code of the catalog has the exit code of its kind', () => {
  for (const code of Object.keys(errorCatalog) as ErrorCode[]) {
    const result = exitCodeOf(new CausewayError(code, 'x'));
    if (code.startsWith('CW-1')) assert.equal(result, exitCode.invalidConfiguration, code);
    if (code.startsWith('CW-3')) assert.equal(result, exitCode.cannotConnect, code);
    assert.notEqual(result, exitCode.fine, code);
  }
});

test('codes of one area are told apart', () => {
  const cases: [ErrorCode, number][] = [
    ['CW-4002', 4],
    ['CW-4006', 6],
    ['CW-5001', 6],
    ['CW-5010', 6],
    ['CW-5011', 2],
    ['CW-6001', 3],
    ['CW-6002', 2],
    ['CW-6003', 6],
    ['CW-6004', 7],
    ['CW-6005', 5],
    ['CW-6006', 2],
    ['CW-6009', 4],
    ['CW-6013', 4],
  ];
  for (const [code, expected] of cases)
    assert.equal(exitCodeOf(new CausewayError(code, 'x')), expected, code);
});

test('whatever nobody expected is a failure', () => {
  assert.equal(exitCodeOf(new InvariantError('x')), exitCode.failed);
  assert.equal(exitCodeOf('thrown text'), exitCode.failed);
});

test('every exit code has a meaning', () => {
  const meanings = Object.keys(exitCodeMeaning).map(Number);
  assert.deepEqual(meanings, Object.values(exitCode));
});
