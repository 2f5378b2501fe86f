// Options of `lab wan set` as a change of the link.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkChange } from '../../../lab/lab-types.ts';
import type { OptionValues } from '../invocation.ts';
import { linkChange } from './lab-wan-set.ts';

test('only what was given changes', () => {
  const cases: [OptionValues, LinkChange][] = [
    [{}, {}],
    [{ rtt: '80ms' }, { rttMs: 80 }],
    [
      { jitter: '5ms', bandwidth: '50Mbit/s' },
      { jitterMs: 5, bandwidthBytesPerSecond: 6_250_000 },
    ],
    [{ bandwidth: 'none' }, { bandwidthBytesPerSecond: null }],
    [{ cut: true }, { cut: 'hold' }],
    [{ cut: 'reset' }, { cut: 'reset' }],
    [{ join: true }, { cut: null }],
  ];
  for (const [options, change] of cases) assert.deepEqual(linkChange(options), change);
});

test('what cannot be understood changes nothing', () => {
  for (const options of [{ rtt: 'far' }, { bandwidth: '5 apples' }, { cut: true, join: true }]) {
    assert.throws(() => linkChange(options), { code: 'CW-6008' });
  }
});
