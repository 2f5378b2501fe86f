// Durations, sizes and rates as people write them, and back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as units from './units.ts';

test('durations', () => {
  const texts = ['500ms', '10s', '5m', '1.5h', '1d', '0s', '0.5ms'];
  assert.deepEqual(texts.map(units.parseDurationMs), [500, 10_000, 300_000, 5_400_000, 86_400_000, 0, 1]);
});

test('sizes by 1000 and by 1024', () => {
  const texts = ['512B', '64KiB', '200MB', '1.5GiB', '3kB', '3KB'];
  assert.deepEqual(texts.map(units.parseSizeBytes), [512, 65_536, 200_000_000, 1_610_612_736, 3_000, 3_000]);
});

test('rates in bytes and in bits', () => {
  const texts = ['200MB/s', '50Mbit/s', '8bit/s', '1Gbit/s', '1KiB/s'];
  assert.deepEqual(texts.map(units.parseRateBytesPerSecond), [200e6, 6_250_000, 1, 125e6, 1_024]);
});

test('what is none', () => {
  const none = [
    '',
    '10',
    's',
    '-1s',
    '1 s',
    '1S',
    '1e3s',
    '.5s',
    '1.s',
    '١s',
    '1constructor',
    '99999999999999d',
  ];
  assert.deepEqual(
    none.map((text) => units.parseDurationMs(text)),
    none.map(() => undefined),
  );
  assert.deepEqual(
    ['1MB', '1MB/m', '/s', '1bit', '1Kibit/s'].map(units.parseRateBytesPerSecond),
    Array.from({ length: 5 }, () => undefined),
  );
});

test('what may have been meant for a rate', () => {
  const given = ['200Mbps', '50 Mb/s', '200MBps', '200MB', '200mb/s', '1.5Gbits/sec', '64kib/s', '10 KB/s'];
  assert.deepEqual(given.map(units.meantRates), [
    ['200Mbit/s'],
    ['50Mbit/s'],
    ['200MB/s'],
    ['200MB/s'],
    ['200MB/s', '200Mbit/s'],
    ['1.5Gbit/s'],
    ['64KiB/s'],
    ['10kB/s'],
  ]);
  assert.deepEqual(['fast', '', '200', '1e9MB/s', '200MB/m', '-1MB/s'].flatMap(units.meantRates), []);
});

test('the schema’s patterns let through what is read, and nothing else of its form', () => {
  const text = fc
    .tuple(
      fc.constantFrom('1', '1.5', '', '1.', '-1'),
      fc.constantFrom('ms', 's', 'x', 'MB', 'MB/s', 'bit/s', ''),
    )
    .map(([digits, unit]) => digits + unit);
  fc.assert(
    fc.property(text, (each) => {
      const reads = (value: number | undefined) => value !== undefined;
      assert.equal(new RegExp(units.durationPattern).test(each), reads(units.parseDurationMs(each)));
      assert.equal(new RegExp(units.sizePattern).test(each), reads(units.parseSizeBytes(each)));
      assert.equal(new RegExp(units.ratePattern).test(each), reads(units.parseRateBytesPerSecond(each)));
    }),
  );
});

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 45 }), (value) => {
      assert.equal(units.parseDurationMs(units.formatDurationMs(value)), value);
      assert.equal(units.parseSizeBytes(units.formatSizeBytes(value)), value);
      assert.equal(units.parseRateBytesPerSecond(units.formatRateBytesPerSecond(value)), value);
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual([60_000, 90_000, 86_400_000, 1].map(units.formatDurationMs), ['1m', '90s', '1d', '1ms']);
});
