// A change that some regions take and some do not is told region by region.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { LedgerWriter } from '../../ledger/writer.ts';
import { exitCode, exitCodeOf } from '../exit-codes.ts';
import { writeToAll } from './write-to-all.ts';

const regions = { clusterOf: () => ({}) as KafkaCluster };

/** The writer does not tell its region, so the calls are counted: they come in the order of the names. */
function write(names: readonly string[], outcomes: readonly (Error | undefined)[]): Promise<void> {
  let call = 0;
  const one = (_writer: LedgerWriter) => {
    const outcome = outcomes[call];
    call += 1;
    return outcome === undefined ? Promise.resolve() : Promise.reject(outcome);
  };
  return writeToAll({ clock: systemClock }, regions, names, 'the pause', one);
}

const silent = new CausewayError('CW-4003', 'b: a write was not acknowledged');

test('all taken: nothing is thrown', async () => {
  await write(['a', 'b'], [undefined, undefined]);
});

test('some taken: who has it, who has not, and why', async () => {
  await assert.rejects(write(['a', 'b', 'c'], [undefined, silent, undefined]), (thrown) => {
    assert.ok(thrown instanceof CausewayError);
    assert.equal(exitCodeOf(thrown), exitCode.partlyDone);
    assert.equal(
      thrown.message,
      'a, c have taken the pause; not taken, or not known to be:\n' +
        '  b: CW-4003 b: a write was not acknowledged',
    );
    return true;
  });
});

test('none taken is told as such: one of them may have it all the same', async () => {
  await assert.rejects(write(['b'], [silent]), {
    code: 'CW-6005',
    message: /^no region has taken the pause;/,
  });
});

test('a defect is not taken for a region that failed', async () => {
  const defect = new TypeError('x is not a function');
  await assert.rejects(write(['a', 'b'], [silent, defect]), defect);
});
