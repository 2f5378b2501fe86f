// The report: what is folded, what is told in full, and what programs get.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Finding } from '../../doctor/finding.ts';
import { plainPaint } from '../output/style.ts';
import { doctorText, findingData, isUnhealthy, summaryText } from './doctor-text.ts';

const at = (check: string, where: string) => ({ check, where });
const findings: readonly Finding[] = [
  { ...at('DNS', 'eu b1:9092'), state: 'ok', what: 'an address' },
  { ...at('round trip', 'eu broker 1'), state: 'ok', what: '…', short: '0.8 ms' },
  { ...at('round trip', 'eu broker 2'), state: 'ok', what: '…', short: '1.2 ms' },
  {
    ...at('TCP', 'eu b2:9092'),
    state: 'problem',
    what: 'refused',
    code: 'CW-3002',
    why: 'None.',
    next: 'Start it.',
  },
  { ...at('TLS', 'eu b2:9092'), state: 'not-run', what: 'TCP failed' },
  { ...at('login', 'eu b2:9092'), state: 'not-run', what: 'TCP failed' },
  { ...at('clock', 'eu'), state: 'unknown', what: 'not permitted' },
];

test('what is fine is told together, the rest with reason and way out', () => {
  assert.deepEqual(doctorText(findings, false, plainPaint).split('\n'), [
    'ok         eu: DNS, round trip (0.8 ms / 1.2 ms)',
    'problem    eu b2:9092, TCP: refused (CW-3002)',
    '           why: None.',
    '           do: Start it.',
    'not run    eu: TLS, login (TCP failed)',
    '?          eu, clock: not permitted',
    '',
    '1 problem, 0 warnings, 1 unknown, 2 not run; 3 checks fine',
  ]);
});

test('one by one when asked for', () => {
  const lines = doctorText(findings, true, plainPaint).split('\n');
  assert.equal(lines[0], 'ok         eu, DNS: an address');
  assert.equal(lines.filter((line) => line.startsWith('ok')).length, 3);
});

test('unhealthy with a problem, and with nothing less', () => {
  assert.equal(isUnhealthy(findings), true);
  assert.equal(isUnhealthy(findings.filter(({ state }) => state !== 'problem')), false);
  assert.equal(summaryText([]), '0 problems, 0 warnings; 0 checks fine');
});

test('for programs every field is there, null where there is none', () => {
  assert.deepEqual(findingData(findings[0] as Finding), {
    ...at('DNS', 'eu b1:9092'),
    state: 'ok',
    what: 'an address',
    why: null,
    next: null,
    code: null,
  });
});
