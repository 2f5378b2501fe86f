// Denied is what is a mirror, to others, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MirrorSetSpec } from '../topology/topology.ts';
import { denialsFor } from './denials.ts';

const set = (topics: string[], exclude: string[] = []) =>
  ({ name: 'shop', topics, exclude, home: 'eu', to: ['us'] }) as unknown as MirrorSetSpec;
const deny = (only: MirrorSetSpec, principal = 'User:app', own = ['User:causeway']) =>
  denialsFor({ principals: [principal], regions: ['eu', 'us'], sets: [only], own });

test('names and exact prefixes are denied where they are mirrors', () => {
  const common = { principal: 'User:app', region: 'us', operation: 'Write', resourceType: 'topic' };
  assert.deepEqual(deny(set(['orders', 'pay.*'], ['tmp.*'])), [
    { ...common, resource: 'orders', pattern: 'literal' },
    { ...common, resource: 'pay.', pattern: 'prefixed' },
  ]);
});

test('what a rule cannot say exactly is refused: it would take topics that are no mirrors', () => {
  const cases: [string[], string[], RegExp][] = [
    [['*'], ['us.*'], /User:app in us: mirror set shop has "\*", "us\.\*"/],
    [['pay.*'], ['pay.us.*'], /has "pay\.us\.\*"/],
    [['pay.*'], ['*.tmp'], /has "\*\.tmp"/],
    [['a*b'], [], /has "a\*b"/],
  ];
  for (const [topics, exclude, message] of cases) {
    assert.throws(() => deny(set(topics, exclude)), { code: 'CW-6019', message });
  }
});

test('nobody denies everyone, nor Causeway', () => {
  assert.throws(() => deny(set(['orders']), 'User:*'), { code: 'CW-6019', message: /one of them/ });
  assert.throws(() => deny(set(['orders']), 'User:causeway'), { code: 'CW-6019', message: /itself/ });
});
