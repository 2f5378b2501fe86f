// Every pair of states: the legal transitions pass, all others are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLegal, partitionEvents, stateNames, transitions } from './partition-state.ts';

test('every state and event has an entry, and every next state exists', () => {
  for (const from of stateNames) {
    for (const event of partitionEvents) {
      const next = transitions[from][event];
      assert.ok(Array.isArray(next), `${from} --${event}`);
      for (const to of next) assert.ok(stateNames.includes(to), `${from} --${event}--> ${to}`);
    }
  }
});

test('only the start procedure leads to mirroring', () => {
  for (const from of stateNames) {
    for (const event of partitionEvents) {
      const reaches = isLegal(from, event, 'mirroring') && from !== 'mirroring';
      assert.equal(reaches, from === 'starting' && event === 'started', `${from} --${event}`);
    }
  }
});

test('mirroring is only ever left by draining', () => {
  for (const event of partitionEvents) {
    const next = transitions.mirroring[event].filter((to) => to !== 'mirroring');
    assert.ok(
      next.every((to) => to === 'draining'),
      event,
    );
  }
});

test('closed is never left', () => {
  for (const event of partitionEvents) {
    assert.ok(
      transitions.closed[event].every((to) => to === 'closed'),
      event,
    );
  }
});

test('a stopped partition is left only by a person', () => {
  for (const event of partitionEvents) {
    const leaves = transitions.stopped[event].some((to) => to !== 'stopped');
    assert.equal(leaves, event === 'pause' || event === 'resume' || event === 'close', event);
  }
});
