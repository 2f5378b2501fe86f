// What a person is told of links with a limit, or on which something holds mirrors up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedLink } from '../../ledger/records.ts';
import { linkStatuses, linkText } from './links.ts';
import { nowMs, picture } from './picture-for-tests.ts';

const link = (overrides: Partial<ObservedLink> = {}): ObservedLink => ({
  kind: 'link',
  source: 'eu-west',
  target: 'us-east',
  worker: 'w1',
  limitBytesPerSecond: 600_000,
  bytesPerSecond: 500_000,
  held: [],
  observedAtMs: nowMs - 500,
  ...overrides,
});

const textsOf = (links: readonly ObservedLink[]) =>
  linkStatuses(picture({ links })).map((each) => linkText(each, nowMs));

test('a limit is told with what crosses, over all workers', () => {
  const second = link({ worker: 'w2', limitBytesPerSecond: 400_000, bytesPerSecond: 480_000 });
  assert.deepEqual(textsOf([link(), second]), ['980 kB/s of 1 MB/s']);
});

test('what holds it is told since when, the earliest of all workers', () => {
  const held = (sinceMs: number) => ({ held: [{ by: 'limit' as const, sinceMs }] });
  assert.deepEqual(textsOf([link(held(nowMs - 3_000)), link({ worker: 'w2', ...held(nowMs - 12_000) })]), [
    '1 MB/s of 1.2 MB/s, at its limit for 12s',
  ]);
});

test('a quota names the region whose brokers slow it down', () => {
  const held = [
    { by: 'target_quota' as const, sinceMs: nowMs - 5_000 },
    { by: 'source_quota' as const, sinceMs: nowMs - 8_000 },
  ];
  const [text] = textsOf([link({ limitBytesPerSecond: undefined, held })]);
  assert.match(text ?? '', /quota of the brokers in eu-west for 8.0s, .*quota of the brokers in us-east/);
});

test('old news is no news', () => {
  assert.deepEqual(textsOf([link({ observedAtMs: nowMs - 60_000 })]), []);
});
