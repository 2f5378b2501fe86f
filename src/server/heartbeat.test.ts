// The sign of life: trouble is told once, and its end too.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import type { LedgerWriter } from '../ledger/writer.ts';
import { manualClock } from '../../test/fixtures/manual-clock.ts';
import { Heartbeat } from './heartbeat.ts';

test('trouble with the sign of life is told once, and once that it is over', async () => {
  const clock = manualClock();
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  const log = { debug: note, info: note, warn: note, error: note };
  let isRefused = false;
  const writer = {
    write: () => (isRefused ? Promise.reject(new CausewayError('CW-4001', 'no')) : Promise.resolve(0n)),
  } as unknown as LedgerWriter;
  const stopping = new AbortController();
  const names = { name: 'c', region: 'us-east', roles: ['controller'], version: '0.0.0' };
  const running = new Heartbeat({ ...names, writer, clock, log }).run(stopping.signal);
  const beat = async () => {
    clock.advance(5_000);
    await turn();
  };
  await turn();
  isRefused = true;
  await beat();
  await beat();
  assert.deepEqual(lines, ['no sign of life could be written']);
  isRefused = false;
  await beat();
  await beat();
  assert.deepEqual(lines.slice(1), ['signs of life are written again']);
  stopping.abort();
  await running;
});
