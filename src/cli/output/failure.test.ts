// How an error looks to a person.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError, InvariantError } from '../../base/errors.ts';
import { failureText } from './failure.ts';
import { plainPaint } from './style.ts';

const refused = new Error('connect ECONNREFUSED 127.0.0.1:1');

test('what happened, why, what to do, where to read more', () => {
  const error = new CausewayError('CW-6010', 'the lab has written no topology files', {}, refused);
  assert.equal(
    failureText(error, plainPaint, false),
    `causeway: the lab has written no topology files (CW-6010)
  why:  connect ECONNREFUSED 127.0.0.1:1
  next: ${error.next}
  more: causeway explain CW-6010
`,
  );
});

test('a cause that the message tells already is not told twice', () => {
  const error = new CausewayError('CW-6010', `no lab: ${refused.message}`, {}, refused);
  assert.doesNotMatch(failureText(error, plainPaint, false), /why:/);
});

test('details and the stack are for -v', () => {
  const error = new CausewayError('CW-6006', 'no such region', { given: 'us-est' });
  assert.doesNotMatch(failureText(error, plainPaint, false), /given/);
  assert.match(failureText(error, plainPaint, true), / {2}given: us-est\n[\s\S]*at /);
});

test('what nobody expected is called a defect, or unexpected', () => {
  assert.match(
    failureText(new InvariantError('x is set'), plainPaint, false),
    /a defect in Causeway: x is set/,
  );
  assert.match(failureText('thrown text', plainPaint, false), /unexpected error: thrown text/);
});
