// The engine's own book-keeping, without brokers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { Engine } from './engine.ts';
import { defaultLimits } from './limits.ts';

/** A clock that knows which of its timers are still due. */
function countingClock() {
  const manual = manualClock();
  const due = new Set<object>();
  const clock: Clock = {
    ...manual,
    schedule(delayMs, fire) {
      const key = {};
      due.add(key);
      const timer = manual.schedule(delayMs, () => {
        due.delete(key);
        fire();
      });
      return {
        cancel: () => {
          due.delete(key);
          timer.cancel();
        },
      };
    },
  };
  return { clock, advance: (ms: number) => manual.advance(ms), timers: () => due.size };
}

test('a stopped engine leaves no timer of a waiting partition behind', async () => {
  const { clock, advance, timers } = countingClock();
  const nobody: KafkaCluster = {
    metadata: () => Promise.reject(new CausewayError('CW-3001', 'nobody answers')),
    connect: () => Promise.reject(new CausewayError('CW-3002', 'nobody answers')),
    close: () => Promise.resolve(),
  };
  const engine = new Engine({
    sourceRegion: 'a',
    targetRegion: 'b',
    source: nobody,
    target: nobody,
    fences: {
      currentFence: () => Promise.resolve(undefined),
      record: () => Promise.resolve(),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
    limits: defaultLimits,
  });
  const partition = engine.add({
    set: 's',
    topic: 't',
    partition: 0,
    sourceRegion: 'a',
    targetRegion: 'b',
    sourceTopicId: undefined,
    targetTopicId: undefined,
  });
  partition.resume();
  for (let ticks = 0; ticks < 100 && partition.state.name !== 'waiting'; ticks += 1) {
    advance(1);
    await Promise.resolve();
  }
  assert.equal(partition.state.name, 'waiting');
  assert.equal(timers(), 2, 'the wait and the watch for pauses');
  await engine.stop();
  assert.equal(timers(), 0);
});
