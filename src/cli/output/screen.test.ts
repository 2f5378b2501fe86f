// Questions before a change, and what goes to which stream.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import type { Invocation, OptionValues } from '../invocation.ts';
import { createScreen } from './screen.ts';

function screenWith(overrides: Partial<Invocation> = {}, options: OptionValues = {}) {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const screen = createScreen({
    terminal: {
      stdin,
      stdout,
      stderr,
      env: {},
      cwd: '/',
      actor: 'ada',
      processId: 1,
      clock: systemClock,
      signal: new AbortController().signal,
    },
    path: ['apply'],
    args: [],
    options,
    output: 'table',
    verbosity: 'normal',
    mayAsk: true,
    settings: [],
    ...overrides,
  });
  const said = (stream: PassThrough) => (stream.read() as string | null) ?? '';
  return { screen, stdin, stdout: () => said(stdout), stderr: () => said(stderr) };
}

test('only yes is yes', async () => {
  for (const answer of ['y', 'yes', 'YES', ' y ']) {
    const { screen, stdin } = screenWith();
    stdin.write(`${answer}\n`);
    await screen.confirm('Apply?');
  }
  for (const answer of ['', 'n', 'no', 'yesterday', 'j']) {
    const { screen, stdin } = screenWith();
    stdin.write(`${answer}\n`);
    await assert.rejects(screen.confirm('Apply?'), { code: 'CW-6003' }, answer);
  }
});

test('the question stands on standard error, since standard output is for data', async () => {
  const { screen, stdin, stdout, stderr } = screenWith();
  stdin.write('y\n');
  await screen.confirm('Apply?');
  assert.match(stderr(), /Apply\? \[y\/N\]/);
  assert.equal(stdout(), '');
});

test('where nobody can be asked, --yes is needed, and enough', async () => {
  const { screen } = screenWith({ mayAsk: false });
  await assert.rejects(screen.confirm('Apply?'), { code: 'CW-6002', message: /"Apply\?" .* --yes/ });
  await screenWith({ mayAsk: false }, { yes: true }).screen.confirm('Apply?');
});

test('--quiet keeps notes back and lets data through', () => {
  const { screen, stdout, stderr } = screenWith({ verbosity: 'quiet' });
  screen.note('a note');
  screen.progress('a step');
  screen.data('data\n');
  assert.equal(stderr(), '');
  assert.equal(stdout(), 'data\n');
});
