// A stop is taken for true only where something explains it: the topic, the code, and the time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Violation } from './log-view.ts';
import { checkStops, type SeenStop, type StopReason } from './stop-checker.ts';

const stop: SeenStop = { topic: 'lost', partition: 0, code: 'CW-2007', message: 'overtaken', atMs: 50 };
const reason: StopReason = { topic: 'lost', codes: ['CW-2006', 'CW-2007'], fromMs: 10, toMs: 90 };

test('a stop that is explained is none to complain of', () => {
  checkStops([stop], [reason]);
  checkStops([stop], [{ ...reason, toMs: undefined }]);
});

test('a stop of another topic, with another code, too early or too late is noticed', () => {
  const unexplained: readonly Partial<SeenStop>[] = [
    { topic: 'plain' },
    { code: 'CW-2026' },
    { atMs: 9 },
    { atMs: 91 },
  ];
  for (const each of unexplained) {
    assert.throws(() => checkStops([{ ...stop, ...each }], [reason]), Violation, JSON.stringify(each));
  }
});
